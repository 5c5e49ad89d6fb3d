"""The rules of sessions that took place: their marks, corrections, and the end of the cycle."""

from __future__ import annotations

from datetime import date

from services.carousel.cycles.commands import CloseCycle, CorrectAttendance, HoldSession
from services.carousel.cycles.events import AttendanceCorrected, CycleClosed, CycleEvent, CyclePlanned, SessionHeld
from services.carousel.cycles.state import Cycle, Dated
from services.carousel.refusals import Refusal
from services.carousel.values import SessionFacts
from shared.domain.messages import Refused


def hold_session(state: Cycle, planned: CyclePlanned, command: HoldSession) -> list[CycleEvent]:
    """A session took place on its day: everyone expected has one mark, and who came although his seat was free."""
    dated = session_of(state, command.session_id)
    marks = dict(command.attendance)
    if dated.held and dated.marks == marks:
        return []
    open_session(state, command.session_id)
    if command.on != dated.session.on:
        raise Refused(Refusal.SESSION_ON_ANOTHER_DAY)
    expected = state.expected(command.session_id)
    if set(marks) - expected - state.of_the_group(command.session_id) or len(marks) < len(command.attendance):
        raise Refused(Refusal.ATTENDANCE_NOT_EXPECTED)
    if expected - set(marks):
        raise Refused(Refusal.ATTENDANCE_INCOMPLETE)
    facts = _facts(planned, dated, list(marks.values()).count("present"))
    return [SessionHeld(cycle_id=command.cycle_id, facts=facts, attendance=command.attendance, on=command.on)]


def correct_attendance(state: Cycle, planned: CyclePlanned, command: CorrectAttendance) -> list[CycleEvent]:
    """A mark can be corrected, or given late, at any time after the session; the earlier one stays in the history."""
    dated = session_of(state, command.session_id)
    if not dated.held:
        raise Refused(Refusal.SESSION_NOT_HELD)
    if command.referral_id not in state.of_the_group(command.session_id) | dated.marks.keys():
        raise Refused(Refusal.ATTENDANCE_NOT_EXPECTED)
    if dated.marks.get(command.referral_id) == command.mark:
        return []
    if command.on < dated.session.on:
        raise Refused(Refusal.DATE_BEFORE_SESSION)
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
    return state.closed and attended == [dated] and command.referral_id not in dated.guests


def close(state: Cycle, planned: CyclePlanned, command: CloseCycle) -> list[CycleEvent]:
    """A cycle is over when each of its sessions was held or cancelled."""
    if state.closed:
        return []
    if state.open_sessions():
        raise Refused(Refusal.SESSIONS_OPEN)
    return [closed_by(state, planned, command.on)]


def closed_by(state: Cycle, planned: CyclePlanned, on: date) -> CycleClosed:
    """The end of a cycle of which no session is open; raises Refused for a day before one that was held."""
    held = [each for each in state.sessions.values() if each.held]
    if any(each.session.on > on for each in held):
        raise Refused(Refusal.DATE_BEFORE_SESSION)
    return CycleClosed(
        cycle_id=planned.cycle_id,
        offer_id=planned.offer_id,
        city=planned.city,
        place=planned.place,
        first_on=min(each.session.on for each in state.sessions.values()),
        sessions_held=len(held),
        participants=tuple(sorted(person for person, seat in state.seats.items() if seat.active)),
        silent=silent_in(state),
        on=on,
    )


def silent_in(state: Cycle) -> tuple[str, ...]:
    """Those of the group who were marked and attended no session of the cycle."""
    held = [each for each in state.sessions.values() if each.held]
    present = {person for each in held for person, mark in each.marks.items() if mark == "present"}
    return tuple(sorted({person for each in held for person in each.marks.keys() - each.guests} - present))


def facts_of(planned: CyclePlanned, dated: Dated) -> SessionFacts:
    """What is told of a session that was held, by its marks."""
    return _facts(planned, dated, list(dated.marks.values()).count("present"))


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
        identity=next((each.identity for each in planned.needs if each.number == dated.session.module), None),
    )


def session_of(state: Cycle, session_id: str) -> Dated:
    """The session of that id; raises Refused."""
    try:
        return state.sessions[session_id]
    except KeyError:
        raise Refused(Refusal.SESSION_UNKNOWN) from None


def open_session(state: Cycle, session_id: str) -> Dated:
    """A session that may still take place; raises Refused."""
    dated = session_of(state, session_id)
    if dated.held:
        raise Refused(Refusal.SESSION_ALREADY_HELD)
    if dated.cancelled:
        raise Refused(Refusal.SESSION_CANCELLED)
    return dated
