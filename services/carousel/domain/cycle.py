"""The rules of one cycle: its sessions, their attendance, and its end; one function a command, no I/O, no clock."""

from __future__ import annotations

from typing import assert_never

from services.carousel.commands.cycle import (
    AddCatchUp,
    ArrangeCover,
    CancelSession,
    CloseCycle,
    CorrectAttendance,
    CycleCommand,
    HoldSession,
    MoveSession,
    PlanCycle,
    ReleasePlace,
    TakePlace,
)
from services.carousel.domain.cycle_state import Cycle, Dated, evolve
from services.carousel.domain.places import release_place, take_place
from services.carousel.domain.rescheduling import rescheduled
from services.carousel.events.cycle import (
    AttendanceCorrected,
    CatchUpAdded,
    CoverArranged,
    CycleClosed,
    CycleEvent,
    CyclePlanned,
    SessionCancelled,
    SessionFacts,
    SessionHeld,
    SessionMoved,
)
from services.carousel.events.values import MOST_SESSIONS, Session
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused

__all__ = ["Cycle", "decide", "evolve", "initial"]

initial = Cycle()


def decide(state: Cycle, command: CycleCommand) -> list[CycleEvent]:
    """The facts a command leads to; [] when it already holds; raises Refused."""
    not_in_future(command.on, command.at)
    if isinstance(command, PlanCycle):
        return plan(state, command)
    if state.planned is None:
        raise Refused("cycle-unknown")
    match command:
        case MoveSession():
            return move_session(state, command)
        case CancelSession():
            return cancel_session(state, command)
        case AddCatchUp():
            return add_catch_up(state, state.planned, command)
        case ArrangeCover():
            return arrange_cover(state, state.planned, command)
        case HoldSession():
            return hold_session(state, state.planned, command)
        case CorrectAttendance():
            return correct_attendance(state, state.planned, command)
        case CloseCycle():
            return close(state, state.planned, command)
        case TakePlace():
            return take_place(state, state.planned, command)
        case ReleasePlace():
            return release_place(state, command)
        case _:
            assert_never(command)


def plan(state: Cycle, command: PlanCycle) -> list[CycleEvent]:
    """A cycle has two different facilitators, and a session at least for each module of its offer, and no other."""
    planned = CyclePlanned(
        cycle_id=command.cycle_id,
        offer_id=command.offer_id,
        offer_version=command.offer_version,
        language=command.language,
        modules=command.modules,
        organisation_id=command.organisation_id,
        city=command.city,
        place=command.place,
        weekday=command.weekday,
        part_of_day=command.part_of_day,
        capacity=command.capacity,
        facilitators=command.facilitators,
        sessions=command.sessions,
        on=command.on,
    )
    if state.planned:
        if state.planned.model_copy(update={"on": command.on}) == planned:
            return []
        raise Refused("cycle-already-planned")
    if len(set(command.facilitators)) < len(command.facilitators):
        raise Refused("facilitators-not-two")
    if len({each.session_id for each in command.sessions}) < len(command.sessions):
        raise Refused("session-id-twice")
    if not {each.module for each in command.sessions} <= set(command.modules):
        raise Refused("module-unknown")
    if {each.module for each in command.sessions} < set(command.modules):
        raise Refused("too-few-days")
    return [planned]


def move_session(state: Cycle, command: MoveSession) -> list[CycleEvent]:
    """A session that has not taken place can have another day or hour."""
    session = _open(state, command.session_id).session
    if (session.on, session.starts) == (command.to, command.starts):
        return []
    moved = SessionMoved(
        cycle_id=command.cycle_id,
        session_id=command.session_id,
        to=command.to,
        starts=command.starts,
        on=command.on,
    )
    return [rescheduled(state, moved)]


def cancel_session(state: Cycle, command: CancelSession) -> list[CycleEvent]:
    """A session that has not taken place can be cancelled, for a reason."""
    if _session(state, command.session_id).cancelled == command.reason:
        return []
    _open(state, command.session_id)
    cancelled = SessionCancelled(
        cycle_id=command.cycle_id, session_id=command.session_id, reason=command.reason, on=command.on
    )
    return [rescheduled(state, cancelled)]


def add_catch_up(state: Cycle, planned: CyclePlanned, command: AddCatchUp) -> list[CycleEvent]:
    """A module of the cycle comes round once more before the cycle is closed."""
    entry = {each.module: each.entry_allowed for each in planned.sessions}
    if command.module not in entry:
        raise Refused("module-unknown")
    session = Session(
        session_id=command.session_id,
        module=command.module,
        entry_allowed=entry[command.module],
        on=command.held_on,
        starts=command.starts,
    )
    known = state.sessions.get(command.session_id)
    if known and known.session == session:
        return []
    if known:
        raise Refused("session-id-twice")
    if state.closed:
        raise Refused("cycle-closed")
    if len(state.sessions) >= MOST_SESSIONS:
        raise Refused("too-many-sessions")
    return [rescheduled(state, CatchUpAdded(cycle_id=command.cycle_id, session=session, on=command.on))]


def arrange_cover(state: Cycle, planned: CyclePlanned, command: ArrangeCover) -> list[CycleEvent]:
    """Somebody outside the pair stands in for one of them, also when it is recorded afterwards."""
    dated = _session(state, command.session_id)
    if dated.covers.get(command.absent) == command.cover:
        return []
    if dated.cancelled:
        raise Refused("session-cancelled")
    if command.absent not in planned.facilitators or command.cover in planned.facilitators:
        raise Refused("cover-does-not-fit")
    return [
        CoverArranged(
            cycle_id=command.cycle_id,
            session_id=command.session_id,
            absent=command.absent,
            cover=command.cover,
            on=command.on,
        )
    ]


def hold_session(state: Cycle, planned: CyclePlanned, command: HoldSession) -> list[CycleEvent]:
    """A session took place on its day, and everyone expected has one mark."""
    dated = _session(state, command.session_id)
    marks = dict(command.attendance)
    if dated.held and dated.marks == marks:
        return []
    _open(state, command.session_id)
    if command.on != dated.session.on:
        raise Refused("session-on-another-day")
    expected = state.expected(command.session_id)
    if set(marks) - expected or len(marks) < len(command.attendance):
        raise Refused("attendance-not-expected")
    if expected - set(marks):
        raise Refused("attendance-incomplete")
    facts = _facts(planned, dated, list(marks.values()).count("present"))
    return [SessionHeld(cycle_id=command.cycle_id, facts=facts, attendance=command.attendance, on=command.on)]


def correct_attendance(state: Cycle, planned: CyclePlanned, command: CorrectAttendance) -> list[CycleEvent]:
    """A mark can be corrected at any time after the session; the earlier one stays in the history."""
    dated = _session(state, command.session_id)
    if not dated.held:
        raise Refused("session-not-held")
    if command.referral_id not in dated.marks:
        raise Refused("attendance-not-expected")
    if dated.marks[command.referral_id] == command.mark:
        return []
    if command.on < dated.session.on:
        raise Refused("date-before-session")
    marks = {**dated.marks, command.referral_id: command.mark}
    return [
        AttendanceCorrected(
            cycle_id=command.cycle_id,
            facts=_facts(planned, dated, list(marks.values()).count("present")),
            referral_id=command.referral_id,
            mark=command.mark,
            silent=_turns_out_silent(state, dated, command),
            on=command.on,
        )
    ]


def _turns_out_silent(state: Cycle, dated: Dated, command: CorrectAttendance) -> bool:
    """Whether the only session that he seemed to have attended of a cycle that is over is taken from him."""
    attended = [each for each in state.sessions.values() if each.marks.get(command.referral_id) == "present"]
    return state.closed and attended == [dated]


def close(state: Cycle, planned: CyclePlanned, command: CloseCycle) -> list[CycleEvent]:
    """A cycle is over when each of its sessions was held or cancelled."""
    if state.closed:
        return []
    if state.open_sessions():
        raise Refused("sessions-open")
    held = [each for each in state.sessions.values() if each.held]
    if any(each.session.on > command.on for each in held):
        raise Refused("date-before-session")
    marked = {person for each in held for person in each.marks}
    present = {person for each in held for person, mark in each.marks.items() if mark == "present"}
    return [
        CycleClosed(
            cycle_id=command.cycle_id,
            offer_id=planned.offer_id,
            city=planned.city,
            place=planned.place,
            first_on=min(each.session.on for each in state.sessions.values()),
            sessions_held=len(held),
            participants=tuple(sorted(person for person, seat in state.seats.items() if seat.active)),
            silent=tuple(sorted(marked - present)),
            on=command.on,
        )
    ]


def _session(state: Cycle, session_id: str) -> Dated:
    try:
        return state.sessions[session_id]
    except KeyError:
        raise Refused("session-unknown") from None


def _open(state: Cycle, session_id: str) -> Dated:
    dated = _session(state, session_id)
    if dated.held:
        raise Refused("session-already-held")
    if dated.cancelled:
        raise Refused("session-cancelled")
    return dated


def _facts(planned: CyclePlanned, dated: Dated, present: int) -> SessionFacts:
    return SessionFacts(
        session_id=dated.session.session_id,
        offer_id=planned.offer_id,
        module=dated.session.module,
        modules=planned.modules,
        on=dated.session.on,
        city=planned.city,
        place=planned.place,
        present=present,
        cover_used=bool(dated.covers),
    )
