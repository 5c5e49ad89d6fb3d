"""The timeline of a stream, as every service answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from pydantic import BaseModel, Field

from shared.domain.messages import Event, Recorded

E = TypeVar("E", bound=Event)


class TimelineEntry(BaseModel):
    """One event of a stream: what, on which day, and when it was recorded."""

    version: int = Field(ge=1)
    what: str
    on: date
    recorded_at: datetime


def timeline_of(recorded: Sequence[Recorded[E]], day_of: Callable[[E], date]) -> list[TimelineEntry]:
    """The events of a stream, oldest first."""
    return [
        TimelineEntry(version=each.version, what=type(each.event).__name__, on=day_of(each.event), recorded_at=each.at)
        for each in recorded
    ]
