"""What holds for a referral after any sequence of commands, however people and machines order them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import ReferralCommand
from services.referral.referrals.events import (
    CompletionRevoked,
    ReferralAccepted,
    ReferralEvent,
    StartRevoked,
    StepRevoked,
    StopRevoked,
    day_of,
)
from services.referral.referrals.state import STEPS, VOID, Referral
from shared.domain.messages import Refused
from shared.i18n.code_lists import reasons_for
from tests.chance import examples
from tests.referral import examples as x

FIRST, LAST = x.REFERRED["received_on"], x.ASKED["at"].date()
FINAL = {"completed", "not_eligible", "not_suitable", "duplicate", "retracted"}
THE_WHOLE_ROAD: list[ReferralCommand] = [
    x.receive(),
    x.plan_intake(),
    x.record_intake(),
    x.accept(),
    x.record_placement(),
    x.record_start(),
    x.record_stop(),
    x.record_return(),
    x.record_completion(),
]

days = st.sampled_from(
    [LAST, LAST - timedelta(days=1), date(2026, 2, 2), FIRST, FIRST - timedelta(days=1), LAST + timedelta(days=1)]
)
reasons = st.sampled_from(sorted(reasons_for("withdrawn") | reasons_for("not_eligible") | {("personal", "hours")}))
checklists = st.sets(st.sampled_from([criterion for criterion, _ in x.RESULTS]), max_size=2)
steps = st.sampled_from(list(STEPS))
commands: st.SearchStrategy[ReferralCommand] = st.one_of(
    st.builds(lambda on, step: x.revoke_step(on=on, step=step), days, steps),
    st.builds(lambda on: x.revoke_stop(on=on), days),
    st.builds(lambda on, city: x.transfer(on=on, city=city), days, st.sampled_from(["Brugge", "Oostende"])),
    st.builds(lambda on, person: x.attribute(on=on, person_id=person), days, st.sampled_from(["person-2", None])),
    st.builds(lambda on, day, by: x.correct(on=on, received_on=day, by_referrer=by), days, days, st.booleans()),
    st.builds(lambda on, by: x.retract(on=on, by_referrer=by), days, st.booleans()),
    st.builds(lambda day: x.receive(received_on=day), st.sampled_from([FIRST, FIRST + timedelta(days=1)])),
    st.builds(lambda on, day: x.plan_intake(on=on, planned_for=day), days, days),
    st.builds(lambda on, unmet: x.record_intake(on=on, results=x.results(*unmet)), days, checklists),
    st.builds(lambda on, why: x.accept(on=on, override=why), days, st.sampled_from([None, "team_decision"])),
    st.builds(lambda on, unmet: x.decline_not_eligible(on=on, criterion=unmet), days, st.sampled_from(["language"])),
    st.builds(lambda on: x.decline_not_suitable(on=on), days),
    st.builds(lambda on, day: x.hold(on=on, review_on=day), days, days),
    st.builds(lambda on: x.resume(on=on), days),
    st.builds(lambda on, why: x.withdraw(on=on, category=why[0], code=why[1]), days, reasons),
    st.builds(lambda on, of: x.link_duplicate(on=on, of=of), days, st.sampled_from([x.OTHER, x.REFERRAL])),
    st.builds(lambda on: x.retract(on=on), days),
    st.builds(lambda on: x.record_placement(on=on), days),
    st.builds(lambda on: x.record_start(on=on), days),
    st.builds(lambda on: x.record_completion(on=on), days),
    st.builds(lambda on: x.record_return(on=on), days),
    st.builds(lambda on: x.revoke_start(on=on), days),
    st.builds(lambda on: x.revoke_completion(on=on), days),
    st.builds(lambda on, why: x.record_stop(on=on, category=why[0], code=why[1]), days, reasons),
)
STUMBLED: list[ReferralCommand] = [x.receive(), x.record_intake(results=x.results("language"))]
some_of_the_road: st.SearchStrategy[list[ReferralCommand]] = st.one_of(
    st.sampled_from([STUMBLED, [*STUMBLED, x.accept()], [*STUMBLED, x.decline_not_eligible()]]),
    st.sampled_from([2, 3, 5, 6, 7, 8, 9]).map(lambda steps: THE_WHOLE_ROAD[:steps]),
    st.just([]),
)
roads = st.builds(lambda begun, more: begun + more, some_of_the_road, st.lists(commands, max_size=15))
bounded = examples(120)


def asked(state: Referral, command: ReferralCommand) -> list[ReferralEvent]:
    try:
        return REFERRAL.decide(state, command)
    except Refused:
        return []


def lived(road: list[ReferralCommand]) -> list[tuple[Referral, list[ReferralEvent], Referral]]:
    steps, state = [], REFERRAL.initial
    for command in road:
        events = asked(state, command)
        after = REFERRAL.fold(events, state)
        steps.append((state, events, after))
        state = after
    return steps


@bounded
@given(roads)
def test_no_sequence_of_commands_reaches_an_impossible_state(road: list[ReferralCommand]) -> None:
    for _, _, after in lived(road):
        no_status_without_what_it_needs(after)
        no_trace_of_what_cannot_be(after)


def no_status_without_what_it_needs(state: Referral) -> None:
    assert (state.status is None) == (state.received is None)
    assert state.intake or state.status not in {"intake_held", "not_eligible", "not_suitable"}
    assert state.accepted_on or state.status not in {"accepted", "placed"}
    assert state.started_on or state.status not in {"started", "completed", "stopped"}
    assert state.accepted_on or not (state.started_on or state.placed_on)
    assert state.status != "not_eligible" or state.reason in state.unmet
    assert state.reason or state.status not in {"not_eligible", "not_suitable", "withdrawn", "stopped"}


def no_trace_of_what_cannot_be(state: Referral) -> None:
    assert not (state.started_on and state.status in {"withdrawn", "retracted"})
    assert not (state.accepted_on and state.status in {"not_eligible", "not_suitable", "received", "intake_held"})
    assert not (state.placed_on and state.status in {"withdrawn", "stopped"})
    assert (state.status == "on_hold") == (state.review_on is not None)
    assert state.status in VOID or (state.status == "completed") == (state.completed_on is not None)
    assert (state.status == "duplicate") == (state.duplicate_of is not None)


@bounded
@given(roads)
def test_nobody_is_accepted_with_an_unmet_criterion_and_no_override(road: list[ReferralCommand]) -> None:
    for before, events, _ in lived(road):
        for event in events:
            if isinstance(event, ReferralAccepted):
                assert before.intake
                assert event.on >= before.intake.on
                assert bool(event.override) == bool(before.unmet)


@bounded
@given(roads)
def test_what_is_final_stays_and_a_first_session_is_not_forgotten_unless_taken_back(
    road: list[ReferralCommand],
) -> None:
    for before, events, after in lived(road):
        revoked = (StartRevoked, CompletionRevoked, StepRevoked, StopRevoked)
        taken_back = any(isinstance(event, revoked) for event in events)
        if before.status in FINAL and not taken_back:
            assert after.status in {before.status, "duplicate", "retracted"}
        assert before.started_on is None or after.started_on or taken_back
        assert before.accepted_on in {None, after.accepted_on} or taken_back


@bounded
@given(roads)
def test_every_event_has_its_day_between_the_receipt_and_the_asking(road: list[ReferralCommand]) -> None:
    for _, events, after in lived(road):
        for event in events:
            assert after.received
            assert after.received.received_on <= day_of(event) <= LAST


@bounded
@given(roads)
def test_each_command_asked_twice_equals_once(road: list[ReferralCommand]) -> None:
    for command, (_, _, after) in zip(road, lived(road), strict=True):
        assert asked(after, command) == []


@bounded
@given(roads)
def test_the_stored_history_folds_to_the_same_referral(road: list[ReferralCommand]) -> None:
    steps = lived(road)
    history = [event for _, events, _ in steps for event in events]
    stored = [type(event).model_validate_json(event.model_dump_json()) for event in history]
    assert REFERRAL.fold(stored) == (steps[-1][2] if steps else REFERRAL.initial)


@bounded
@given(roads, commands)
def test_what_is_told_and_taken_back_at_once_is_as_if_it_had_never_been_told(
    road: list[ReferralCommand], told: ReferralCommand
) -> None:
    before = REFERRAL.fold(event for _, events, _ in lived(road) for event in events)
    events = asked(before, told)
    step = next((name for name, kinds in STEPS.items() if any(isinstance(event, kinds) for event in events)), None)
    if step:
        after = REFERRAL.fold(events, before)
        back = REFERRAL.decide(after, x.revoke_step(step=step, on=LAST))
        assert replace(REFERRAL.fold(back, after), revoked=before.revoked) == before


@bounded
@given(roads)
def test_a_step_that_is_taken_back_leaves_what_is_left_of_the_history(road: list[ReferralCommand]) -> None:
    for before, events, after in lived(road):
        if any(isinstance(event, StepRevoked | StopRevoked) for event in events):
            assert len(after.past) < len(before.past)
            assert replace(after, revoked=None) == REFERRAL.fold(after.past)
