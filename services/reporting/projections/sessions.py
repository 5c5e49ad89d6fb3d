"""The sessions and cycles of the carousel: that they were held, and how many attended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias, get_args

from services.reporting.metrics.measure import Measurement
from services.reporting.projections.row_projection import RowProjection, replaced
from shared.contracts.carousel import (
    AttendanceRecorded,
    AttendanceRevoked,
    CycleCompleted,
    Mark,
    SessionCompleted,
    SessionRevoked,
)

SessionEvent: TypeAlias = SessionCompleted | SessionRevoked | AttendanceRecorded | AttendanceRevoked


@dataclass(frozen=True, slots=True)
class Session:
    """One session: as it was held, once that is known, and the mark of each referral."""

    held: SessionCompleted | None = None
    marks: dict[str, Mark] = field(default_factory=dict)


def evolve(row: Session | None, event: SessionEvent) -> Session:
    """The session after `event`."""
    session = row or Session()
    match event:
        case SessionCompleted():
            return replace(session, held=event)
        case SessionRevoked():
            return replace(session, held=None)
        case AttendanceRecorded():
            return replace(session, marks={**session.marks, event.referral: event.mark})
        case AttendanceRevoked():
            return replace(session, marks={who: mark for who, mark in session.marks.items() if who != event.referral})


def measure(session: Session) -> Iterator[Measurement]:
    """A session held with the number of modules of its offer, and the exact size of its group once that is known."""
    if (event := session.held) is None:
        return
    modules = str(event.modules) if event.modules else None
    held = Measurement("session", event.on, event.session, {"group": event.city}, measured=modules)
    yield held
    if session.marks:
        present = sum(mark == "present" for mark in session.marks.values())
        yield replace(held, step="group", measured=str(present))


def _measure_cycle(cycle: CycleCompleted) -> Iterator[Measurement]:
    yield Measurement("cycle", cycle.on, cycle.cycle, {"group": cycle.city})


SESSIONS = RowProjection(
    "sessions",
    Session,
    dict.fromkeys(get_args(SessionEvent), lambda event: (event.session,)),
    evolve,
    measure,
)
CYCLES = RowProjection(
    "cycles", CycleCompleted, {CycleCompleted: lambda event: (event.cycle,)}, replaced, _measure_cycle
)
