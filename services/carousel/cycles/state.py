"""What is known of one cycle, and how each event changes it; no rule about what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.carousel.cycles import events
from services.carousel.cycles.events import CycleEvent
from services.carousel.values import CancelReason, Mark, Session


@dataclass(frozen=True, slots=True)
class Dated:
    """One session and what became of it.

    `bereft` are those who were expected when it was cancelled, `guests` those of other cycles who make it up here.
    `capacity` where it has one of its own.
    """

    session: Session
    held: bool = False
    cancelled: CancelReason | None = None
    covers: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    bereft: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    capacity: int | None = None

    @property
    def open(self) -> bool:
        """Neither held nor cancelled yet."""
        return not (self.held or self.cancelled)


@dataclass(frozen=True, slots=True)
class Seat:
    """The sessions at which a person is expected, those of his present place, and whom he must not meet there.

    `since` is the first day of all his places here, `left_on` the day on which the last one ended.
    """

    sessions: frozenset[str]
    kept_apart: frozenset[str]
    place: frozenset[str] = frozenset()
    active: bool = True
    since: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle with its sessions by id, in the order planned, and its seats by referral.

    `pairs` are the facilitators, each from a day on; `ended` those whose place ended when it was closed.
    """

    planned: events.CyclePlanned | None = None
    sessions: Mapping[str, Dated] = field(default_factory=dict)
    seats: Mapping[str, Seat] = field(default_factory=dict)
    closed: bool = False
    closed_on: date | None = None
    ended: frozenset[str] = frozenset()
    capacity: int = 0
    pairs: tuple[tuple[date, tuple[str, str]], ...] = ()

    @property
    def facilitators(self) -> tuple[str, str]:
        """The pair that runs it now."""
        return self.pairs[-1][1]

    def pair_on(self, on: date) -> tuple[str, str]:
        """The pair that ran it on that day; the first one for the days before."""
        return next((pair for since, pair in reversed(self.pairs) if since <= on), self.pairs[0][1])

    def seats_at(self, session_id: str) -> int:
        """How many people a session holds."""
        return self.sessions[session_id].capacity or self.capacity

    def expected(self, session_id: str) -> frozenset[str]:
        """Who has a seat at that session, guests included."""
        seated = frozenset(person for person, seat in self.seats.items() if session_id in seat.sessions)
        return seated | self.sessions[session_id].guests if session_id in self.sessions else seated

    def of_the_group(self, session_id: str) -> frozenset[str]:
        """Who has a place in this cycle, or had one, from that session or earlier on, and guests: he may have come."""
        dated = self.sessions[session_id]
        on = dated.session.on
        seated = frozenset(person for person, seat in self.seats.items() if seat.since and seat.since <= on)
        return seated | dated.guests

    def days(self, person: str) -> tuple[date, date] | None:
        """The first and the last session of his place; None when none of them takes place."""
        days = [self.sessions[each].session.on for each in self.seats[person].place]
        return (min(days), max(days)) if days else None

    def open_sessions(self) -> tuple[Session, ...]:
        """The sessions that may still take place."""
        return tuple(each.session for each in self.sessions.values() if each.open)


INITIAL = Cycle()


def evolve(state: Cycle, event: CycleEvent) -> Cycle:
    """The cycle after one event."""
    match event:
        case events.CyclePlanned():
            return _planned(event)
        case events.SessionMoved():
            return _moved(state, event)
        case events.SessionCancelled():
            return _cancelled(state, event)
        case events.CatchUpAdded():
            return _caught_up(state, event.session)
        case events.CoverArranged():
            was = state.sessions[event.session_id]
            return _with(state, replace(was, covers={**was.covers, event.absent: event.cover}))
        case events.PlaceTaken():
            return _taken(state, event)
        case events.PlaceReleased():
            return _released(state, event)
        case events.MakeUpTaken() | events.MakeUpReleased():
            was = state.sessions[event.session_id]
            return _with(state, replace(was, guests=was.guests ^ {event.referral_id}))
        case events.SessionHeld():
            was = state.sessions[event.facts.session_id]
            return _with(state, replace(was, held=True, marks=dict(event.attendance)))
        case events.AttendanceCorrected():
            was = state.sessions[event.facts.session_id]
            return _with(state, replace(was, marks={**was.marks, event.referral_id: event.mark}))
        case events.CycleClosed():
            ended = state.ended | frozenset(event.participants)
            return replace(state, closed=True, closed_on=event.on, ended=ended)
        case events.SessionReopened():
            was = state.sessions[event.session_id]
            return without_leavers(_with(state, replace(was, held=False, marks={})), event.session_id)
        case events.SessionReinstated():
            return _reinstated(state, event.session_id)
        case events.SessionDayCorrected():
            was = state.sessions[event.facts.session_id]
            day = was.session.model_copy(update={"on": event.facts.on, "starts": event.starts})
            return _with(state, replace(was, session=day))
        case events.CycleReopened():
            return replace(state, closed=False, closed_on=None, ended=frozenset())
        case events.SeatRestored():
            return _restored(state, event.referral_id, frozenset(event.kept_apart))
        case events.CapacityChanged():
            return _resized(state, event)
        case events.FacilitatorsChanged():
            return _handed_over(state, event)
        case _:
            assert_never(event)


def _with(state: Cycle, dated: Dated) -> Cycle:
    return replace(state, sessions={**state.sessions, dated.session.session_id: dated})


def _planned(event: events.CyclePlanned) -> Cycle:
    return Cycle(
        planned=event,
        sessions={each.session_id: Dated(each) for each in event.sessions},
        capacity=event.capacity,
        pairs=((event.on, event.facilitators),),
    )


def _reinstated(state: Cycle, session_id: str) -> Cycle:
    """Who lost his seat by the cancellation has it again, and none at a session that repeats it."""
    was = state.sessions[session_id]
    back = [person for person in state.seats if person in was.bereft and _goes_on(state.seats[person], was)]
    back = back[: state.seats_at(session_id)]
    after = _with(state, replace(was, cancelled=None, bereft=was.bereft - frozenset(back)))
    return replace(after, seats={**after.seats, **{person: _seat_again(after, person, was) for person in back}})


def _goes_on(seat: Seat, dated: Dated) -> bool:
    return seat.active or bool(seat.left_on and dated.session.on <= seat.left_on)


def _seat_again(state: Cycle, person: str, was: Dated) -> Seat:
    repeats = frozenset(
        each.session_id
        for each in state.open_sessions()
        if each.module == was.session.module and each.session_id != was.session.session_id
    )
    seat = state.seats[person]
    return _also_at(replace(seat, sessions=seat.sessions - repeats, place=seat.place - repeats), was.session.session_id)


def _restored(state: Cycle, person: str, kept_apart: frozenset[str]) -> Cycle:
    """The place goes on, also at the sessions that were cancelled when it ended and will take place."""
    seat, again = state.seats[person], dict(state.sessions)
    ahead = frozenset(each for each in seat.place if state.sessions[each].open)
    seat = replace(seat, sessions=seat.sessions | ahead, kept_apart=kept_apart, active=True, left_on=None)
    for session_id, dated in state.sessions.items():
        if dated.open and person in dated.bereft and len(state.expected(session_id)) < state.seats_at(session_id):
            seat, again[session_id] = _also_at(seat, session_id), replace(dated, bereft=dated.bereft - {person})
    return replace(state, sessions=again, seats={**state.seats, person: seat})


def _resized(state: Cycle, event: events.CapacityChanged) -> Cycle:
    if event.session_id is None:
        return replace(state, capacity=event.capacity)
    return _with(state, replace(state.sessions[event.session_id], capacity=event.capacity))


def _handed_over(state: Cycle, event: events.FacilitatorsChanged) -> Cycle:
    """The pair of a day; a cover still to come holds only as long as it is for one of the pair by another."""
    pair = event.facilitators
    sessions = {
        name: replace(
            each, covers={one: other for one, other in each.covers.items() if one in pair and other not in pair}
        )
        if each.open and each.session.on >= event.on
        else each
        for name, each in state.sessions.items()
    }
    earlier = tuple(each for each in state.pairs if each[0] < event.on)
    return replace(state, sessions=sessions, pairs=(*earlier, (event.on, pair)))


def _moved(state: Cycle, event: events.SessionMoved) -> Cycle:
    was = state.sessions[event.session_id]
    moved = was.session.model_copy(update={"on": event.to, "starts": event.starts})
    return without_leavers(_with(state, replace(was, session=moved)), event.session_id)


def without_leavers(state: Cycle, session_id: str) -> Cycle:
    """The cycle with nobody expected at a session after the day on which he left."""
    on = state.sessions[session_id].session.on
    gone = {person: seat for person, seat in state.seats.items() if seat.left_on and seat.left_on < on}
    seats = {person: replace(seat, sessions=seat.sessions - {session_id}) for person, seat in gone.items()}
    return replace(state, seats={**state.seats, **seats})


def _cancelled(state: Cycle, event: events.SessionCancelled) -> Cycle:
    gone, was = {event.session_id}, state.sessions[event.session_id]
    seats = {
        person: replace(seat, sessions=seat.sessions - gone, place=seat.place - gone)
        for person, seat in state.seats.items()
    }
    cancelled = replace(
        was, guests=frozenset(), cancelled=event.reason, bereft=state.expected(event.session_id) - was.guests
    )
    return replace(_with(state, cancelled), seats=seats)


def _caught_up(state: Cycle, session: Session) -> Cycle:
    """Who missed the module is expected at the session that repeats it, by order of place, as far as it holds them."""
    capacity = state.capacity
    waiting = [person for person in state.seats if _lacks(state, person, session.module)]
    seats = {person: _also_at(state.seats[person], session.session_id) for person in waiting[:capacity]}
    return replace(_with(state, Dated(session)), seats={**state.seats, **seats})


def _also_at(seat: Seat, session_id: str) -> Seat:
    return replace(seat, sessions=seat.sessions | {session_id}, place=seat.place | {session_id})


def _lacks(state: Cycle, person: str, module: int) -> bool:
    """Whether he has a place here, missed the module, and has no seat yet at a session that repeats it."""
    seat = state.seats[person]
    ahead = {each.module for each in state.open_sessions() if each.session_id in seat.sessions}
    return seat.active and module not in ahead and missed(state, person, module)


def missed(state: Cycle, person: str, module: int) -> bool:
    """Whether he was expected at the module in this cycle and did not attend it."""
    same = [each for each in state.sessions.values() if each.session.module == module]
    expected = any(person in each.marks or person in each.bereft for each in same)
    return expected and not any(each.marks.get(person) == "present" for each in same)


def _taken(state: Cycle, event: events.PlaceTaken) -> Cycle:
    before, place, since = (
        state.seats.get(event.referral_id),
        frozenset(event.sessions),
        event.from_on or event.first_on,
    )
    kept = before.sessions if before else frozenset[str]()
    first = min(since, before.since) if before and before.since else since
    seat = Seat(kept | place, frozenset(event.kept_apart), place, since=first)
    return replace(state, seats={**state.seats, event.referral_id: seat})


def _released(state: Cycle, event: events.PlaceReleased) -> Cycle:
    """He stays expected at the sessions up to the day on which he left, recorded or not."""
    seat = state.seats[event.referral_id]
    until = date.min if event.refused else event.on
    kept = frozenset(each for each in seat.sessions if _was_there(state.sessions[each], until))
    left = replace(seat, sessions=kept, active=False, left_on=until)
    return replace(state, seats={**state.seats, event.referral_id: left})


def _was_there(dated: Dated, until: date) -> bool:
    return dated.held or dated.session.on <= until
