"""The current moment and day in Belgium, and whether a day is in the future."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.domain.messages import Refused

BELGIUM = ZoneInfo("Europe/Brussels")


def now() -> datetime:
    """The moment it is, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is in Belgium."""
    return datetime.now(BELGIUM).date()


def day_in_belgium(at: datetime) -> date:
    """The day it was in Belgium at that moment (`at` is aware)."""
    return at.astimezone(BELGIUM).date()


def not_in_future(on: date, at: datetime) -> None:
    """Refuse a day that, in Belgium, was still in the future at that moment (`at` is aware)."""
    if on > day_in_belgium(at):
        raise Refused("date-in-future")
