"""The rules of what was recorded in error: a session held or cancelled, its day, and a cycle cancelled whole."""

from __future__ import annotations

from services.carousel.cycles.attendance import closed_by, facts_of, session_of, silent_in
from services.carousel.cycles.commands import (
    CancelCycle,
    CorrectSessionDay,
    ReinstateSession,
    ReopenSession,
    RestoreSeat,
)
from services.carousel.cycles.events import (
    CycleEvent,
    CyclePlanned,
    CycleReopened,
    SeatRestored,
    SessionCancelled,
    SessionDayCorrected,
    SessionReinstated,
    SessionReopened,
)
from services.carousel.cycles.places import is_full, meets, of_the_cycle, rescheduled
from services.carousel.cycles.state import Cycle, evolve
from services.carousel.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused


def reopen_session(state: Cycle, command: ReopenSession) -> list[CycleEvent]:
    """A session that did not take place loses its marks, and may still take place."""
    dated = session_of(state, command.session_id)
    if dated.cancelled:
        raise Refused(Refusal.SESSION_CANCELLED)
    if not dated.held:
        return []
    reopened = SessionReopened(
        cycle_id=command.cycle_id,
        session_id=command.session_id,
        held_on=dated.session.on,
        people=tuple(sorted(dated.marks)),
        on=command.on,
    )
    return [*_cycle_goes_on(state, reopened, command.cycle_id), reopened]


def reinstate_session(state: Cycle, command: ReinstateSession) -> list[CycleEvent]:
    """A session that will take place after all has its people back."""
    dated = session_of(state, command.session_id)
    if dated.held:
        raise Refused(Refusal.SESSION_ALREADY_HELD)
    if not dated.cancelled:
        return []
    again = SessionReinstated(cycle_id=command.cycle_id, session_id=command.session_id, on=command.on)
    return [*_cycle_goes_on(state, again, command.cycle_id), rescheduled(state, again)]


def _cycle_goes_on(state: Cycle, because: SessionReopened | SessionReinstated, cycle_id: str) -> list[CycleEvent]:
    """A cycle that was closed is open again, and the places that ended with it may go on."""
    if not state.closed:
        return []
    people = tuple(sorted(person for person in state.ended if not state.seats[person].active))
    return [CycleReopened(cycle_id=cycle_id, participants=people, silent=silent_in(state), on=because.on)]


def restore_seat(state: Cycle, command: RestoreSeat) -> list[CycleEvent]:
    """The place goes on as it was, or not at all: where a seat is taken, or would bring together who must not meet."""
    person, seat = command.referral_id, state.seats.get(command.referral_id)
    if seat is None or seat.active or state.closed:
        return []
    ahead = [each for each in state.open_sessions() if each.session_id in seat.place]
    if any(is_full(state, each.session_id, person) for each in ahead) or meets(
        state, person, command.kept_apart, ahead
    ):
        return []
    restored = SeatRestored(
        cycle_id=command.cycle_id,
        referral_id=person,
        kept_apart=command.kept_apart,
        first_on=command.on,
        last_on=command.on,
        on=command.on,
    )
    days = evolve(state, restored).days(person)
    return [restored.model_copy(update={"first_on": days[0], "last_on": days[1]})] if days else []


def correct_session_day(state: Cycle, planned: CyclePlanned, command: CorrectSessionDay) -> list[CycleEvent]:
    """A session that was held has another day or hour; what follows from its day is derived again."""
    dated = session_of(state, command.session_id)
    if not dated.held:
        raise Refused(Refusal.SESSION_NOT_HELD)
    if (dated.session.on, dated.session.starts) == (command.held_on, command.starts):
        return []
    not_in_future(command.held_on, command.at)
    of_the_cycle(planned, command.held_on)
    if command.on < command.held_on:
        raise Refused(Refusal.DATE_BEFORE_SESSION)
    if state.closed_on and state.closed_on < command.held_on:
        raise Refused(Refusal.CYCLE_CLOSED, closed_on=str(state.closed_on))
    corrected = SessionDayCorrected(
        cycle_id=command.cycle_id,
        facts=facts_of(planned, dated).model_copy(update={"on": command.held_on}),
        starts=command.starts,
        attendance=tuple(sorted(dated.marks.items())),
        on=command.on,
    )
    return [rescheduled(state, corrected), *_closed_again(state, planned, corrected)]


def _closed_again(state: Cycle, planned: CyclePlanned, corrected: SessionDayCorrected) -> list[CycleEvent]:
    """A cycle that is over is told again when it began on another day; nobody's place ends by it."""
    if state.closed_on is None:
        return []
    before = closed_by(state, planned, state.closed_on)
    after = closed_by(evolve(state, corrected), planned, state.closed_on)
    if before.first_on == after.first_on:
        return []
    return [after.model_copy(update={"participants": (), "silent": ()})]


def cancel_cycle(state: Cycle, planned: CyclePlanned, command: CancelCycle) -> list[CycleEvent]:
    """Every session that was not held is cancelled, and the cycle is over; each can be taken back."""
    if state.closed:
        if any(each.cancelled == command.reason for each in state.sessions.values()):
            return []
        raise Refused(Refusal.CYCLE_CLOSED)
    cancelled: list[CycleEvent] = [
        SessionCancelled(cycle_id=command.cycle_id, session_id=each.session_id, reason=command.reason, on=command.on)
        for each in state.open_sessions()
    ]
    after = state
    for each in cancelled:
        after = evolve(after, each)
    return [*cancelled, closed_by(after, planned, command.on)]
