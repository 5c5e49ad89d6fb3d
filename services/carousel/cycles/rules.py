"""The rules of one cycle: what may be asked of it, its plan and its sessions; no I/O, no clock."""

from __future__ import annotations

from typing import assert_never

from services.carousel.cycles import commands
from services.carousel.cycles.attendance import close, correct_attendance, hold_session, open_session, session_of
from services.carousel.cycles.changes import change_capacity, change_facilitators
from services.carousel.cycles.commands import CycleCommand
from services.carousel.cycles.events import (
    CatchUpAdded,
    CoverArranged,
    CycleEvent,
    CyclePlanned,
    SessionCancelled,
    SessionMoved,
)
from services.carousel.cycles.places import (
    A_YEAR,
    of_the_cycle,
    release_make_up,
    release_place,
    rescheduled,
    take_make_up,
    take_place,
)
from services.carousel.cycles.state import Cycle
from services.carousel.cycles.undo import (
    cancel_cycle,
    correct_session_day,
    reinstate_session,
    reopen_session,
    restore_seat,
)
from services.carousel.refusals import Refusal
from services.carousel.values import MOST_SESSIONS, Session
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused


def decide(state: Cycle, command: CycleCommand) -> list[CycleEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    not_in_future(command.on, command.at)
    match command:
        case commands.PlanCycle():
            return plan(state, command)
    if state.planned is None:
        raise Refused(Refusal.CYCLE_UNKNOWN)
    match command:
        case commands.MoveSession():
            return move_session(state, state.planned, command)
        case commands.CancelSession():
            return cancel_session(state, command)
        case commands.AddCatchUp():
            return add_catch_up(state, state.planned, command)
        case commands.ArrangeCover():
            return arrange_cover(state, command)
        case commands.HoldSession():
            return hold_session(state, state.planned, command)
        case commands.CorrectAttendance():
            return correct_attendance(state, state.planned, command)
        case commands.CloseCycle():
            return close(state, state.planned, command)
        case commands.CancelCycle():
            return cancel_cycle(state, state.planned, command)
        case commands.ReopenSession():
            return reopen_session(state, command)
        case commands.ReinstateSession():
            return reinstate_session(state, command)
        case commands.CorrectSessionDay():
            return correct_session_day(state, state.planned, command)
        case commands.ChangeCapacity():
            return change_capacity(state, command)
        case commands.ChangeFacilitators():
            return change_facilitators(state, command)
        case commands.RestoreSeat():
            return restore_seat(state, command)
        case commands.TakePlace():
            return take_place(state, state.planned, command)
        case commands.ReleasePlace():
            return release_place(state, command)
        case commands.TakeMakeUp():
            return take_make_up(state, state.planned, command)
        case commands.ReleaseMakeUp():
            return release_make_up(state, command)
        case _:
            assert_never(command)


def plan(state: Cycle, command: commands.PlanCycle) -> list[CycleEvent]:
    """A cycle has two different facilitators, and a session at least for each module of its offer, and no other."""
    planned = CyclePlanned(
        cycle_id=command.cycle_id,
        offer_id=command.offer_id,
        offer_version=command.offer_version,
        language=command.language,
        modules=command.modules,
        needs=command.needs,
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
        if (
            state.planned.model_copy(update={"on": command.on, "needs": state.planned.needs or command.needs})
            == planned
        ):
            return []
        raise Refused(Refusal.CYCLE_ALREADY_PLANNED)
    if len(set(command.facilitators)) < len(command.facilitators):
        raise Refused(Refusal.FACILITATORS_NOT_TWO)
    if len({each.session_id for each in command.sessions}) < len(command.sessions):
        raise Refused(Refusal.SESSION_ID_TWICE)
    if not {each.module for each in command.sessions} <= set(command.modules):
        raise Refused(Refusal.MODULE_UNKNOWN)
    if {each.module for each in command.sessions} < set(command.modules):
        raise Refused(Refusal.TOO_FEW_DAYS)
    _not_far(command)
    return [planned]


def _not_far(command: commands.PlanCycle) -> None:
    """Nobody plans a cycle two years ahead, or one that began more than a year ago: the year is wrong."""
    first = min(each.on for each in command.sessions)
    if not command.on - A_YEAR <= first <= command.on + 2 * A_YEAR:
        raise Refused(Refusal.DATE_TOO_FAR, day=str(first))


def move_session(state: Cycle, planned: CyclePlanned, command: commands.MoveSession) -> list[CycleEvent]:
    """A session that has not taken place can have another day or hour, within the time of its cycle."""
    session = open_session(state, command.session_id).session
    if (session.on, session.starts) == (command.to, command.starts):
        return []
    of_the_cycle(planned, command.to)
    moved = SessionMoved(
        cycle_id=command.cycle_id, session_id=command.session_id, to=command.to, starts=command.starts, on=command.on
    )
    return [rescheduled(state, moved)]


def cancel_session(state: Cycle, command: commands.CancelSession) -> list[CycleEvent]:
    """A session that has not taken place can be cancelled, for a reason."""
    if session_of(state, command.session_id).cancelled == command.reason:
        return []
    open_session(state, command.session_id)
    cancelled = SessionCancelled(
        cycle_id=command.cycle_id, session_id=command.session_id, reason=command.reason, on=command.on
    )
    return [rescheduled(state, cancelled)]


def add_catch_up(state: Cycle, planned: CyclePlanned, command: commands.AddCatchUp) -> list[CycleEvent]:
    """A module of the cycle comes round once more before the cycle is closed."""
    entry = {each.module: each.entry_allowed for each in planned.sessions}
    if command.module not in entry:
        raise Refused(Refusal.MODULE_UNKNOWN)
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
        raise Refused(Refusal.SESSION_ID_TWICE)
    if state.closed:
        raise Refused(Refusal.CYCLE_CLOSED)
    if len(state.sessions) >= MOST_SESSIONS:
        raise Refused(Refusal.TOO_MANY_SESSIONS)
    of_the_cycle(planned, command.held_on)
    return [rescheduled(state, CatchUpAdded(cycle_id=command.cycle_id, session=session, on=command.on))]


def arrange_cover(state: Cycle, command: commands.ArrangeCover) -> list[CycleEvent]:
    """Somebody outside the pair stands in for one of them, also when it is recorded afterwards."""
    dated = session_of(state, command.session_id)
    if dated.covers.get(command.absent) == command.cover:
        return []
    if dated.cancelled:
        raise Refused(Refusal.SESSION_CANCELLED)
    pair = state.pair_on(dated.session.on)
    if command.absent not in pair or command.cover in pair:
        raise Refused(Refusal.COVER_DOES_NOT_FIT)
    return [
        CoverArranged(
            cycle_id=command.cycle_id,
            session_id=command.session_id,
            absent=command.absent,
            cover=command.cover,
            on=command.on,
        )
    ]
