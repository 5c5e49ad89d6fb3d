"""What holds for a network event, a steering meeting and a partner after any sequence of commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.training.meetings.aggregate import MEETING
from services.training.meetings.commands import (
    CarryOutDecision,
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    PlanSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.state import Meeting
from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.network_events.commands import (
    CancelGuest,
    CancelNetworkEvent,
    CorrectNetworkEvent,
    HoldNetworkEvent,
    MoveNetworkEvent,
    PlanNetworkEvent,
    RegisterGuest,
)
from services.training.network_events.events import GuestCancelled
from services.training.network_events.state import NetworkEvent
from services.training.partners.aggregate import PARTNER
from services.training.partners.commands import JoinProgramme, LeaveProgramme
from services.training.partners.state import Partner
from shared.domain.aggregate import AnyAggregate
from shared.domain.messages import Command, Event, Refused
from tests.chance import examples
from tests.training import examples as x
from tests.training.examples import command, professional

bounded = examples(150)
days = st.integers(0, 40).map(lambda number: x.PLANNED_ON + timedelta(days=number))
people = st.integers(1, 5).map(lambda number: f"p-{number}")
sectors = st.dictionaries(st.sampled_from(["police", "welfare"]), st.integers(0, 3))

asked_of_event: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda name: command(RegisterGuest, guest=professional(name)), people),
    st.builds(lambda name: command(CancelGuest, participant_id=name), people),
    st.builds(lambda told: command(HoldNetworkEvent, by_sector=told), sectors),
    st.builds(lambda told: command(CorrectNetworkEvent, by_sector=told), sectors),
    st.sampled_from([command(MoveNetworkEvent), command(CancelNetworkEvent)]),
)
asked_of_meeting: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda on: command(PlanSteeringMeeting, planned_for=on), days),
    st.builds(lambda on: command(HoldSteeringMeeting, on=on), days),
    st.builds(lambda on: command(CorrectSteeringMeeting, on=on), days),
    st.builds(lambda name, on: command(TakeDecision, decision_id=name, on=on), people, days),
    st.builds(lambda name, on: command(CarryOutDecision, decision_id=name, on=on), people, days),
)
asked_of_partner: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda role, on: command(JoinProgramme, role=role, since=on),
        st.sampled_from(["primary_care", "police", "other"]),
        days,
    ),
    st.builds(lambda on: command(LeaveProgramme, until=on), days),
)
lives_of_events = st.lists(asked_of_event, max_size=15).map(lambda more: [command(PlanNetworkEvent, capacity=3), *more])
meetings = st.lists(asked_of_meeting, max_size=15)
partners = st.lists(asked_of_partner, max_size=15)


def asked(aggregate: AnyAggregate, state: Any, one: Command) -> list[Event]:
    try:
        events: list[Event] = aggregate.decide(state, one)
        return events
    except Refused:
        return []


def lived(aggregate: AnyAggregate, life: Sequence[Command]) -> list[tuple[Any, list[Event], Any]]:
    """Before, events and after of each command; asked at once again, it changes nothing."""
    steps, state = [], aggregate.initial
    for one in life:
        events = asked(aggregate, state, one)
        after = aggregate.fold(events, state)
        assert asked(aggregate, after, one) == []
        steps.append((state, events, after))
        state = after
    return steps


@bounded
@given(lives_of_events)
def test_a_network_event_never_has_more_guests_than_room_and_loses_none(life: list[Command]) -> None:
    before: NetworkEvent
    after: NetworkEvent
    for before, events, after in lived(NETWORK_EVENT, life):
        assert len(after.guests.places) <= 3
        gone = {event.participant_id for event in events if isinstance(event, GuestCancelled)}
        assert set(before.guests.places) - gone <= set(after.guests.places)
        if before.status in {"held", "cancelled"}:
            assert (after.status, after.guests) == (before.status, before.guests)


@bounded
@given(meetings)
def test_no_decision_is_lost_or_done_before_it_was_taken(life: list[Command]) -> None:
    before: Meeting
    after: Meeting
    for before, _, after in lived(MEETING, life):
        assert dict(before.decisions).items() <= dict(after.decisions).items()
        assert dict(before.done).items() <= dict(after.done).items()
        assert all(on >= after.decisions[name].on for name, on in after.done.items())
        assert not (before.held and after.held is None)


@bounded
@given(partners)
def test_a_partner_has_one_role_a_day_and_no_term_of_no_days(life: list[Command]) -> None:
    after: Partner
    for _, _, after in lived(PARTNER, life):
        assert all(term.until is None or term.since < term.until for term in after.terms)
        assert all(one.until is not None and one.until <= next_.since for one, next_ in pairwise(after.terms))


@bounded
@given(st.tuples(lives_of_events, meetings, partners))
def test_the_stored_history_folds_to_the_same(lives: tuple[list[Command], ...]) -> None:
    aggregates: list[AnyAggregate] = [NETWORK_EVENT, MEETING, PARTNER]
    for aggregate, life in zip(aggregates, lives, strict=True):
        history = [event for _, events, _ in lived(aggregate, life) for event in events]
        stored = [type(event).model_validate_json(event.model_dump_json()) for event in history]
        assert aggregate.fold(stored) == aggregate.fold(history)
