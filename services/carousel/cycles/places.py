"""The rules of the seats of a cycle: never above capacity at any session, never together who must not be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TypeVar

from services.carousel.cycles.commands import ReleaseMakeUp, ReleasePlace, TakeMakeUp, TakePlace
from services.carousel.cycles.events import (
    CatchUpAdded,
    CycleEvent,
    CyclePlanned,
    MakeUpReleased,
    MakeUpTaken,
    PlaceReleased,
    PlaceTaken,
    SessionCancelled,
    SessionDayCorrected,
    SessionMoved,
    SessionReinstated,
)
from services.carousel.cycles.state import Cycle, evolve
from services.carousel.refusals import Refusal
from services.carousel.values import PlaceDays, Session, attended_of, needs_of
from shared.domain.messages import Refused

A_MONTH, A_YEAR = timedelta(days=31), timedelta(days=366)
E = TypeVar("E", SessionMoved, SessionCancelled, CatchUpAdded, SessionReinstated, SessionDayCorrected)


def seats(sessions: Iterable[Session], attended: Collection[int], from_on: date) -> tuple[Session, ...]:
    """The first session from that day on of every module yet to attend, in order of day.

    Who never attended enters at the first session that allows entry.
    """
    ahead = sorted((each for each in sessions if each.on >= from_on), key=lambda each: (each.on, each.starts))
    if not attended:
        ahead = ahead[next((n for n, each in enumerate(ahead) if each.entry_allowed), len(ahead)) :]
    first: dict[int, Session] = {}
    for each in ahead:
        if each.module not in attended:
            first.setdefault(each.module, each)
    return tuple(first.values())


def take_place(state: Cycle, planned: CyclePlanned, command: TakePlace) -> list[CycleEvent]:
    """Seats at every session the person would attend, or none at all."""
    seat = state.seats.get(command.referral_id)
    if seat and seat.active:
        return []
    if state.closed:
        raise Refused(Refusal.CYCLE_CLOSED)
    chosen = _to_attend(state, _had(planned, command), command.from_on)
    if not chosen:
        raise Refused(Refusal.NO_SESSION_TO_ATTEND)
    if any(is_full(state, each.session_id, command.referral_id) for each in chosen):
        raise Refused(Refusal.CYCLE_FULL)
    if meets(state, command.referral_id, command.kept_apart, chosen):
        raise Refused(Refusal.PLACE_NOT_SUITABLE)
    return [_taken(planned, command, chosen)]


def is_full(state: Cycle, session_id: str, person: str) -> bool:
    """Whether others have every seat of a session."""
    return len(state.expected(session_id) - {person}) >= state.seats_at(session_id)


def _had(planned: CyclePlanned, command: TakePlace | TakeMakeUp) -> tuple[int, ...]:
    """The modules of this cycle that the person has already, by what they are, whatever number they had there."""
    needs = needs_of(planned.modules, planned.needs)
    return attended_of(needs, frozenset(command.have)) if command.have else command.attended


def _to_attend(state: Cycle, had: tuple[int, ...], from_on: date) -> tuple[Session, ...]:
    """The sessions still to be recorded; when none of them is left for him, those at which he may have been."""
    held = (each.session for each in state.sessions.values() if each.held)
    return seats(state.open_sessions(), had, from_on) or seats(held, had, from_on)


def meets(state: Cycle, person: str, kept_apart: Collection[str], chosen: Iterable[Session]) -> bool:
    """Whether somebody has a seat here, or left after one of these days, whom he must not meet.

    Each of the two is told when it is said, and when it is lifted: what he brings holds.
    """
    days = {each.session_id for each in chosen}
    here = {name for name, seat in state.seats.items() if seat.active or not days.isdisjoint(seat.sessions)}
    guests = frozenset[str]().union(*(state.sessions[each].guests for each in days))
    return not ((here | guests) - {person}).isdisjoint(kept_apart)


def take_make_up(state: Cycle, planned: CyclePlanned, command: TakeMakeUp) -> list[CycleEvent]:
    """A seat at one session, for a module that he missed in his own group; also when it was held already."""
    dated = state.sessions.get(command.session_id)
    if dated is None:
        raise Refused(Refusal.SESSION_UNKNOWN)
    expected = state.expected(command.session_id)
    if command.referral_id in expected:
        return []
    if dated.cancelled:
        raise Refused(Refusal.SESSION_CANCELLED)
    had = _had(planned, command)
    if dated.session.module in had or not (had or dated.session.entry_allowed):
        raise Refused(Refusal.NO_SESSION_TO_ATTEND)
    if not dated.held and is_full(state, command.session_id, command.referral_id):
        raise Refused(Refusal.CYCLE_FULL)
    if not expected.isdisjoint(command.kept_apart):
        raise Refused(Refusal.PLACE_NOT_SUITABLE)
    return [
        MakeUpTaken(
            cycle_id=command.cycle_id,
            referral_id=command.referral_id,
            session_id=command.session_id,
            held_on=dated.session.on,
            on=command.on,
        )
    ]


def release_make_up(state: Cycle, command: ReleaseMakeUp) -> list[CycleEvent]:
    """He is not expected there any more, unless the session was held."""
    dated = state.sessions.get(command.session_id)
    if dated is None or dated.held or command.referral_id not in dated.guests:
        return []
    return [
        MakeUpReleased(
            cycle_id=command.cycle_id, referral_id=command.referral_id, session_id=command.session_id, on=command.on
        )
    ]


def _taken(planned: CyclePlanned, command: TakePlace, chosen: tuple[Session, ...]) -> PlaceTaken:
    return PlaceTaken(
        cycle_id=command.cycle_id,
        organisation_id=planned.organisation_id,
        referral_id=command.referral_id,
        sessions=tuple(each.session_id for each in chosen),
        first_on=chosen[0].on,
        last_on=chosen[-1].on,
        city=planned.city,
        modules=planned.modules,
        needs=planned.needs,
        kept_apart=command.kept_apart,
        firm=command.firm,
        from_on=command.from_on,
        on=command.on,
    )


def release_place(state: Cycle, command: ReleasePlace) -> list[CycleEvent]:
    """The seats after that day are free for another; those up to it stay his, recorded or not."""
    seat = state.seats.get(command.referral_id)
    if seat is None or not seat.active:
        return []
    return [
        PlaceReleased(
            cycle_id=command.cycle_id, referral_id=command.referral_id, refused=command.refused, on=command.on
        )
    ]


def of_the_cycle(planned: CyclePlanned, on: date) -> None:
    """Raises Refused for a day on which no session of this cycle can be: before it, or a year after it and more.

    A cycle begins when it is planned; one that was entered after its first session, a month before that at most.
    """
    days = [each.on for each in planned.sessions]
    if on < (planned.on if planned.on <= min(days) else min(days) - A_MONTH):
        raise Refused(Refusal.DATE_BEFORE_CYCLE, day=str(on))
    if on > max(days) + A_YEAR:
        raise Refused(Refusal.DATE_TOO_FAR, day=str(on))


def rescheduled(state: Cycle, event: E) -> E:
    """The event with the places whose days it changes; a place of which no session is left keeps its days."""
    after = evolve(state, event)
    changed = tuple(
        PlaceDays(referral_id=person, first_on=days[0], last_on=days[1])
        for person, seat in sorted(after.seats.items())
        if seat.active and (days := after.days(person)) and days != state.days(person)
    )
    return event.model_copy(update={"rescheduled": changed})
