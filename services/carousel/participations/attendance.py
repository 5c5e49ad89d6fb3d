"""What a mark leads to: started and completed are derived from the marks, never ticked, also after a correction."""

from __future__ import annotations

from services.carousel.participations.commands import NoteAttendance
from services.carousel.participations.events import (
    AttendanceNoted,
    CompletionRevoked,
    ParticipationCompleted,
    ParticipationEvent,
    ParticipationStarted,
    StartRevoked,
)
from services.carousel.participations.state import Participation, evolve
from services.carousel.refusals import Refusal
from shared.domain.messages import Refused


def note_attendance(state: Participation, command: NoteAttendance) -> list[ParticipationEvent]:
    """The mark, and what follows from it; noting the same mark again changes nothing."""
    if state.standing is None:
        raise Refused(Refusal.PARTICIPATION_UNKNOWN)
    session = command.session
    known = state.marks.get(session.session_id)
    if known and known.mark == command.mark:
        return []
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
    return [noted, *_start(state, after, command), *_completion(state, after, command)]


def _start(before: Participation, after: Participation, command: NoteAttendance) -> list[ParticipationEvent]:
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


def _completion(before: Participation, after: Participation, command: NoteAttendance) -> list[ParticipationEvent]:
    last = after.last_module
    if last and last.on != before.completed_on:
        return [
            ParticipationCompleted(referral_id=command.referral_id, cycle_id=last.cycle_id, city=last.city, on=last.on)
        ]
    if last is None and before.completed_on:
        return [CompletionRevoked(referral_id=command.referral_id, on=command.on)]
    return []
