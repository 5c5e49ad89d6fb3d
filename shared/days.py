"""Which day it is for the people of the programme, and whether a day can already have happened."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.messages import Refused

BELGIUM = ZoneInfo("Europe/Brussels")


def today() -> date:
    """The day it is in Belgium."""
    return datetime.now(BELGIUM).date()


def not_in_future(on: date, at: datetime) -> None:
    """Refuse a day that, in Belgium, had not yet come when it was asked (`at` is aware)."""
    if on > at.astimezone(BELGIUM).date():
        raise Refused("date-in-future")
