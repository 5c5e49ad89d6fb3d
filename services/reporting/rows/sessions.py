"""The sessions and cycles of the carousel: that they were held, and how many were in the room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from services.reporting.rows.grain import Grain, Happening, last_said
from shared.contracts.carousel import AttendanceRecorded, CycleCompleted, Mark, SessionCompleted


@dataclass(frozen=True, slots=True)
class Session:
    """One session: as it was held, when that was heard, and the mark of each referral."""

    held: SessionCompleted | None = None
    marks: dict[str, Mark] = field(default_factory=dict)


def fold(row: Session | None, message: SessionCompleted | AttendanceRecorded) -> Session:
    """The session after `message`."""
    session = row or Session()
    if isinstance(message, SessionCompleted):
        return replace(session, held=message)
    return replace(session, marks={**session.marks, message.referral: message.mark})


def happenings(session: Session) -> Iterator[Happening]:
    """A session held with the number of modules of its offer, and the exact size of its group once that was heard."""
    if session.held is None:
        return
    modules = str(session.held.modules) if session.held.modules else None
    held = Happening("session", session.held.on, {"group": session.held.city}, measured=modules)
    yield held
    if session.marks:
        present = sum(mark == "present" for mark in session.marks.values())
        yield replace(held, step="group", measured=str(present))


def _cycle(cycle: CycleCompleted) -> Iterator[Happening]:
    yield Happening("cycle", cycle.on, {"group": cycle.city})


SESSIONS = Grain(
    "sessions",
    Session,
    dict.fromkeys((SessionCompleted, AttendanceRecorded), lambda message: (message.session,)),
    fold,
    happenings,
)
CYCLES = Grain("cycles", CycleCompleted, {CycleCompleted: lambda message: (message.cycle,)}, last_said, _cycle)
