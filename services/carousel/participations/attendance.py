"""What a mark leads to: started, completed and a stop outweighed follow from the marks, also after a correction."""

from __future__ import annotations

from services.carousel.participations.commands import ForReferral, NoteAttendance, RevokeAttendance
from services.carousel.participations.events import (
    AttendanceNoted,
    AttendanceRevoked,
    CompletionRevoked,
    ParticipationCompleted,
    ParticipationEvent,
    ParticipationStarted,
    StartRevoked,
)
from services.carousel.participations.placing import given_back, not_before_waiting, place_of_the_stop
from services.carousel.participations.safety import lapsed, stop_taken_back, task
from services.carousel.participations.state import Participation, evolve
from services.carousel.refusals import Refusal
from shared.domain.messages import Refused


def note_attendance(state: Participation, command: NoteAttendance) -> list[ParticipationEvent]:
    """The mark, and what follows from it; noting the same mark of the same day again changes nothing."""
    if state.standing is None:
        raise Refused(Refusal.PARTICIPATION_UNKNOWN)
    session = command.session
    known = state.marks.get(session.session_id)
    if known and (known.mark, known.on) == (command.mark, session.on):
        return []
    not_before_waiting(state, session.on)
    noted = AttendanceNoted(
        referral_id=command.referral_id,
        cycle_id=command.cycle_id,
        session_id=session.session_id,
        module=session.module,
        modules=session.modules,
        mark=command.mark,
        city=session.city,
        on=session.on,
    )
    after = evolve(state, noted)
    silence = lapsed(after, "silence", command.cycle_id, command.on) if command.mark == "present" else []
    return [noted, *silence, *_derived(state, after, command)]


def revoke_attendance(state: Participation, command: RevokeAttendance) -> list[ParticipationEvent]:
    """The mark does not count, and what followed from it is derived again; without a mark nothing changes."""
    if command.session_id not in state.marks:
        return []
    revoked = AttendanceRevoked(referral_id=command.referral_id, session_id=command.session_id, on=command.on)
    return [revoked, *_derived(state, evolve(state, revoked), command)]


def _derived(before: Participation, after: Participation, command: ForReferral) -> list[ParticipationEvent]:
    return [*_start(before, after, command), *_stop(after, command), *_completion(before, after, command)]


def _start(before: Participation, after: Participation, command: ForReferral) -> list[ParticipationEvent]:
    first = after.first_session
    if first and first.on != before.started_on:
        return [
            ParticipationStarted(referral_id=command.referral_id, cycle_id=first.cycle_id, city=first.city, on=first.on)
        ]
    if first is None and before.started_on:
        if before.standing == "stopped":
            raise Refused(Refusal.STOPPED_NEEDS_START)
        return [StartRevoked(referral_id=command.referral_id, on=command.on)]
    return []


def _stop(after: Participation, command: ForReferral) -> list[ParticipationEvent]:
    """A session attended after the stop outweighs it; without that session the stop holds again."""
    last = max((each.on for each in after.attended_sessions), default=None)
    stopped, outweighed = after.stopped, after.outweighed
    if last and stopped and after.standing == "stopped" and stopped.on < last:
        revoked = stop_taken_back(after, command.on, outweighed=True)
        return [*revoked, *place_of_the_stop(after, command.on)]
    if last and outweighed and after.last_cycle and _as_after_the_stop(after) and last <= outweighed.on:
        opened = task(after, command, "stopped", after.last_cycle)
        return [*given_back(after, outweighed.on), outweighed, opened]
    return []


def _as_after_the_stop(state: Participation) -> bool:
    """Whether he waits still, or has again the place that the stop had ended."""
    same = state.place and state.ended and state.place.cycle_id == state.ended.cycle_id
    return state.standing == "waiting" or (state.standing == "placed" and bool(same))


def _completion(before: Participation, after: Participation, command: ForReferral) -> list[ParticipationEvent]:
    last = after.last_module
    if last and last.on != before.completed_on:
        return [
            ParticipationCompleted(referral_id=command.referral_id, cycle_id=last.cycle_id, city=last.city, on=last.on)
        ]
    if last is None and before.completed_on:
        return [CompletionRevoked(referral_id=command.referral_id, on=command.on)]
    return []
