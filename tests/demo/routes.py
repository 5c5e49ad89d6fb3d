"""From a request of the history to the command of its service: each body holds the fields that its command inherits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from deploy.local.history import Step
from services.carousel.cycles import commands as of_cycle
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.routes import plan_of
from services.carousel.cycles.schemas import NewCycle
from services.carousel.offers.aggregate import OFFER
from services.carousel.offers.commands import PublishOffer
from services.carousel.participations import commands as of_person
from services.carousel.participations.aggregate import PARTICIPATION
from services.referral.organisations import commands as of_organisation
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.referrals import commands as of_referral
from services.referral.referrals.aggregate import REFERRAL
from services.training.documents import registration_list
from services.training.meetings import commands as of_meeting
from services.training.meetings.aggregate import MEETING
from services.training.network_events import commands as of_event
from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.newcomers import Newcomer
from services.training.partners.aggregate import PARTNER
from services.training.partners.commands import JoinProgramme
from services.training.trainings import commands as of_training
from services.training.trainings.aggregate import TRAINING
from services.training.values import Professional
from shared.domain.aggregate import AnyAggregate, AnyIssued, Issued
from shared.domain.messages import Command
from shared.http.auth import Caller

NOW = datetime(2026, 11, 1, tzinfo=UTC)
STAMP: dict[str, Any] = {"at": NOW, "by": "synthetic"}


class Known(Protocol):
    """What a request needs to know of what was told before."""

    states: dict[str, Any]
    organisations: set[str]

    def person_at(self, address: str) -> str: ...


Body = Mapping[str, Any]
Make = Callable[[dict[str, str], Any, Step, Known], AnyIssued]


def asked(step: Step, known: Known) -> AnyIssued:
    """The command of one step; a body that its API would not read raises."""
    path = step.path.partition("?")[0]
    for pattern, make in ROUTES[step.service].items():
        if match := re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[\\w-]+)", pattern), path):
            return make(match.groupdict(), step.body, step, known)
    raise AssertionError(path)


@dataclass(frozen=True)
class To:
    """A command of an aggregate from ids of the path and the body, but for what is `kept` outside the events."""

    aggregate: AnyAggregate
    command: type[Command]
    of: str
    kept: tuple[str, ...] = ()

    def __call__(self, ids: dict[str, str], body: Body, _: Step, __: Known) -> AnyIssued:
        said = {name: value for name, value in body.items() if name not in self.kept}
        made = self.command.model_validate(STAMP | ids | said)
        return Issued(self.aggregate, getattr(made, self.of), made)


def _publish_offer(_: dict[str, str], body: Body, __: Step, ___: Known) -> AnyIssued:
    made = PublishOffer.model_validate({**STAMP, **body, "cities": ("Oostende",)})
    return Issued(OFFER, made.offer_id, made)


def _plan_cycle(_: dict[str, str], said: Body, step: Step, known: Known) -> AnyIssued:
    body = NewCycle.model_validate(said)
    offer = known.states[OFFER.stream(body.offer_id)]
    caller = Caller("synthetic", step.role, step.organisation, frozenset())
    return Issued(CYCLE, body.cycle_id, plan_of(body, offer, caller, step.organisation or "").model_copy(update=STAMP))


def _people(newcomers: list[Newcomer], known: Known) -> tuple[Professional, ...]:
    assert {each.organisation_id for each in newcomers} <= known.organisations
    return tuple(each.professional(known.person_at(each.email), each.organisation_id) for each in newcomers)


def _register(ids: dict[str, str], what: str, step: Step, known: Known) -> AnyIssued:
    register = registration_list.Register.of((each, each) for each in known.organisations)
    people = _people(list(registration_list.read(what.encode(), register)), known)
    on = date.fromisoformat(step.path.partition("?on=")[2])
    made = of_training.RegisterProfessionals(**STAMP, training_id=ids["training_id"], on=on, professionals=people)
    return Issued(TRAINING, made.training_id, made)


def _hold_training(ids: dict[str, str], body: Body, _: Step, known: Known) -> AnyIssued:
    there = _people([Newcomer.model_validate(each) for each in body.get("walk_ins", ())], known)
    made = of_training.HoldTraining.model_validate({**STAMP, **ids, **body, "walk_ins": there})
    return Issued(TRAINING, made.training_id, made)


def _close_evaluation(ids: dict[str, str], body: Body, _: Step, __: Known) -> AnyIssued:
    tally = of_training.Tally(answers=5, score=40, confidence_before=10, confidence_after=20)
    made = of_training.CloseEvaluation.model_validate({**STAMP, **ids, **body, "tally": tally})
    return Issued(TRAINING, made.training_id, made)


def _join(ids: dict[str, str], body: Body, _: Step, __: Known) -> AnyIssued:
    """The register knows the city; a demo has one that every partner may be of."""
    made = JoinProgramme.model_validate({**STAMP, **ids, **body, "city": "Oostende"})
    return Issued(PARTNER, made.partner_id, made)


def _steps(aggregate: AnyAggregate, path: str, of: str, commands: Mapping[str, type[Command]]) -> dict[str, Make]:
    return {f"{path}/{{{of}}}/{step}": To(aggregate, command, of) for step, command in commands.items()}


_TASK = "/participations/{referral_id}/safety-tasks/{task_id}/close"
_SESSION = "sessions/{session_id}"
_DECISION = "/steering-meetings/{meeting_id}/decisions"
ROUTES: dict[str, dict[str, Make]] = {
    "referral": {
        "/organisations": To(ORGANISATION, of_organisation.RegisterOrganisation, "organisation_id"),
        "/organisations/{organisation_id}/rename": To(
            ORGANISATION, of_organisation.RenameOrganisation, "organisation_id"
        ),
        "/referrers": To(ORGANISATION, of_organisation.RegisterReferrer, "organisation_id", ("name", "email")),
        "/referrals": To(REFERRAL, of_referral.ReceiveReferral, "referral_id", ("person",)),
        **_steps(
            REFERRAL,
            "/referrals",
            "referral_id",
            {
                "intake": of_referral.RecordIntake,
                "plan-intake": of_referral.PlanIntake,
                "accept": of_referral.AcceptReferral,
                "decline-not-eligible": of_referral.DeclineNotEligible,
                "decline-not-suitable": of_referral.DeclineNotSuitable,
                "put-on-hold": of_referral.PutReferralOnHold,
                "resume": of_referral.ResumeReferral,
                "withdraw": of_referral.WithdrawReferral,
            },
        ),
    },
    "carousel": {
        "/offers": _publish_offer,
        "/cycles": _plan_cycle,
        **_steps(
            CYCLE,
            "/cycles",
            "cycle_id",
            {
                f"{_SESSION}/move": of_cycle.MoveSession,
                f"{_SESSION}/cancel": of_cycle.CancelSession,
                f"{_SESSION}/cover": of_cycle.ArrangeCover,
                f"{_SESSION}/hold": of_cycle.HoldSession,
                f"{_SESSION}/correct": of_cycle.CorrectAttendance,
                "catch-up": of_cycle.AddCatchUp,
                "close": of_cycle.CloseCycle,
            },
        ),
        **_steps(
            PARTICIPATION,
            "/participations",
            "referral_id",
            {
                "offer-place": of_person.OfferPlace,
                "place": of_person.PlaceParticipant,
                "accept-place": of_person.AcceptPlace,
                "refuse-place": of_person.RefusePlace,
                "give-back-place": of_person.GiveBackPlace,
                "pause": of_person.PauseParticipation,
                "resume": of_person.ResumeParticipation,
                "stop": of_person.StopParticipation,
                "return": of_person.ReturnToParticipation,
            },
        ),
        _TASK: To(PARTICIPATION, of_person.CloseSafetyTask, "referral_id", ("note",)),
    },
    "training": {
        "/trainings": To(TRAINING, of_training.PlanTraining, "training_id"),
        "/trainings/{training_id}/registrations/list": _register,
        "/trainings/{training_id}/hold": _hold_training,
        "/trainings/{training_id}/evaluation/close": _close_evaluation,
        **_steps(
            TRAINING,
            "/trainings",
            "training_id",
            {
                "evaluation/open": of_training.OpenEvaluation,
                "open-registration": of_training.OpenRegistration,
                "close-registration": of_training.CloseRegistration,
                "set-capacity": of_training.SetCapacity,
                "move": of_training.MoveTraining,
                "cancel": of_training.CancelTraining,
            },
        ),
        "/network-events": To(NETWORK_EVENT, of_event.PlanNetworkEvent, "event_id", ("speakers",)),
        "/network-events/{event_id}/hold": To(NETWORK_EVENT, of_event.HoldNetworkEvent, "event_id"),
        "/steering-meetings": To(MEETING, of_meeting.PlanSteeringMeeting, "meeting_id"),
        "/steering-meetings/{meeting_id}/hold": To(MEETING, of_meeting.HoldSteeringMeeting, "meeting_id"),
        _DECISION: To(MEETING, of_meeting.TakeDecision, "meeting_id"),
        f"{_DECISION}/{{decision_id}}/done": To(MEETING, of_meeting.CarryOutDecision, "meeting_id"),
        "/partners/{partner_id}/join": _join,
    },
}
