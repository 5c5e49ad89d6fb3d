"""A command asked again word for word changes nothing; with anything else in it, it is recorded or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from services.referral.organisations.aggregate import ORGANISATION
from services.referral.referrals.aggregate import REFERRAL
from shared.domain.messages import Command
from tests.referral import examples as x
from tests.spec import Spec, spec

REFERRALS = spec(REFERRAL)
ORGANISATIONS = spec(ORGANISATION)
RECEIVED = REFERRALS.given(x.received())
UNMET = RECEIVED.given(x.intake_held(results=x.results("language", "unsafe")))
TAKEN: list[tuple[Spec[Any, Any, Any], Command]] = [
    (REFERRALS, x.receive(not_informed_reason=None)),
    (RECEIVED, x.plan_intake()),
    (RECEIVED, x.record_intake()),
    (UNMET, x.accept(override="support_arranged")),
    (UNMET, x.decline_not_eligible()),
    (UNMET, x.decline_not_suitable()),
    (RECEIVED, x.hold()),
    (RECEIVED.given(x.put_on_hold()), x.resume()),
    (RECEIVED, x.withdraw()),
    (RECEIVED, x.link_duplicate()),
    (RECEIVED, x.retract()),
    (RECEIVED, x.correct()),
    (RECEIVED, x.transfer()),
    (RECEIVED, x.attribute()),
    (UNMET, x.revoke_step()),
    (ORGANISATIONS.given(x.organisation_registered()), x.correct_organisation()),
    (ORGANISATIONS.given(x.organisation_registered()), x.merge_organisation()),
    (ORGANISATIONS.given(x.organisation_registered()), x.split_organisation()),
    (ORGANISATIONS, x.register_organisation()),
    (ORGANISATIONS.given(x.organisation_registered()), x.rename_organisation()),
]
OTHERWISE: dict[str, Callable[[Any], Any]] = {
    "override": lambda _: "team_decision",
    "criterion": lambda _: "unsafe",
    "reason": lambda _: "unreachable",
    "results": lambda _: x.results("unsafe"),
    "checklist_version": lambda _: 2,
    "category": lambda _: "motivation",
    "code": lambda _: "transport",
    "availability": lambda _: (),
    "feedback_agreed": lambda before: not before,
    "language": lambda _: "fr",
    "informed_by": lambda _: "intake_worker",
    "not_informed_reason": lambda _: "legal_ground",
    "sector": lambda _: "justice",
    "step": lambda _: "hold",
    "kbo": lambda _: x.KBO,
    "into": lambda before: "elz-9" if isinstance(before, str) else ("elz-8", "elz-9"),
}
SAME_IDENTITY = {"at", "by", "by_referrer", "has_duplicates", "referral_id", "organisation_id"}
NOTHING_TO_CHANGE = {
    ("ResumeReferral", "on"): "it asks that the road goes on, and it does",
    ("CorrectReferral", "on"): "it asks that it came in so, and it did",
    ("TransferReferral", "on"): "it asks that the road goes on there, and it does",
    ("AttributeReferral", "on"): "it asks that it is of that person, and it is",
    ("RenameOrganisation", "since"): "it asks that the name holds on that day, and it does",
}


def other(name: str, before: Any) -> Any:
    if isinstance(before, date):
        return before + timedelta(days=1)
    return OTHERWISE[name](before) if name in OTHERWISE else f"{before}-otherwise"


def altered() -> Iterator[Any]:
    for before, command in TAKEN:
        kind = type(command).__name__
        for name in sorted(type(command).model_fields.keys() - SAME_IDENTITY):
            if (kind, name) not in NOTHING_TO_CHANGE:
                changed = command.model_copy(update={name: other(name, getattr(command, name))})
                yield pytest.param(before, command, changed, id=f"{kind}-{name}")


def taken(before: Spec[Any, Any, Any], command: Command) -> Spec[Any, Any, Any]:
    events = before.aggregate.decide(before.state(), command)
    assert events, command
    return before.given(*events)


@pytest.mark.parametrize(("before", "command"), TAKEN, ids=lambda each: type(each).__name__)
def test_asked_again_word_for_word_nothing_changes(before: Spec[Any, Any, Any], command: Command) -> None:
    taken(before, command).when(command).then()


@pytest.mark.parametrize(("before", "command", "changed"), list(altered()))
def test_asked_again_with_anything_else_it_is_recorded_or_refused(
    before: Spec[Any, Any, Any], command: Command, changed: Command
) -> None:
    answer = taken(before, command).when(changed)
    assert answer.events or answer.refusal


def test_every_command_that_people_give_is_asked_again() -> None:
    heard = {"RecordPlacement", "RecordStart", "RecordCompletion", "RecordStop", "RecordReturn", "RevokeStart"}
    told = {type(each).__name__ for each in x.dated_commands()} - heard - {"RevokeCompletion", "RevokeStop"}
    assert {type(command).__name__ for _, command in TAKEN} >= told
