"""The rules of a mark: noted, corrected, taken back. What follows from the marks, `counting` derives."""

from __future__ import annotations

from services.carousel.participations.commands import NoteAttendance, RevokeAttendance
from services.carousel.participations.events import (
    AttendanceNoted,
    AttendanceRevoked,
    ParticipationEvent,
)
from services.carousel.participations.placing import not_before_waiting
from services.carousel.participations.safety import lapsed
from services.carousel.participations.state import Participation, evolve
from services.carousel.refusals import Refusal
from shared.domain.messages import Refused


def note_attendance(state: Participation, command: NoteAttendance) -> list[ParticipationEvent]:
    """The mark; noting the same mark of the same day again changes nothing."""
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
        identity=session.identity,
        on=session.on,
    )
    after = evolve(state, noted)
    _needs_start(after)
    silence = lapsed(after, "silence", command.cycle_id, command.on) if command.mark == "present" else []
    return [noted, *silence]


def revoke_attendance(state: Participation, command: RevokeAttendance) -> list[ParticipationEvent]:
    """The mark does not count; without a mark nothing changes."""
    if command.session_id not in state.marks:
        return []
    revoked = AttendanceRevoked(referral_id=command.referral_id, session_id=command.session_id, on=command.on)
    _needs_start(evolve(state, revoked))
    return [revoked]


def _needs_start(after: Participation) -> None:
    """Raises Refused when somebody would have stopped who never started."""
    if after.started_on and after.first_session is None and after.standing == "stopped":
        raise Refused(Refusal.STOPPED_NEEDS_START)
