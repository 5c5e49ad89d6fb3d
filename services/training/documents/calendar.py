"""What a calendar that subscribes to ours is told (RFC 5545, RFC 7986)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import icalendar
from pydantic import AwareDatetime, Field, model_validator

from shared.domain.messages import Message

_BRUSSELS = ZoneInfo("Europe/Brussels")
_LOOK_AGAIN = timedelta(hours=1)
# Directive 2000/84/EC. icalendar's own table starts summer time an hour late and ends in 2038.
_SUMMER_AND_WINTER = """\
BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


class Entry(Message):
    """One meeting. `sequence` grows and `stamp` moves with every change, so that subscribers see the last one."""

    uid: str = Field(pattern=r"^[!-~]+$")
    summary: str
    starts: AwareDatetime
    ends: AwareDatetime
    place: str
    url: str | None = Field(pattern=r"^https?://[!-~]+$")
    cancelled: bool
    sequence: int = Field(ge=0)
    stamp: AwareDatetime

    @model_validator(mode="after")
    def _lasts(self) -> Entry:
        if self.ends <= self.starts:
            raise ValueError("It ends before it starts")
        return self


def ics(name: str, entries: Sequence[Entry]) -> bytes:
    """A calendar of that name with these entries, in Brussels time."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//carrousel//training//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.calendar_name = _printable(name)
    calendar.add("refresh-interval", _LOOK_AGAIN, {"VALUE": "DURATION"})
    calendar.add_component(icalendar.Timezone.from_ical(_SUMMER_AND_WINTER))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("summary", _printable(entry.summary))
    event.add("dtstart", entry.starts.astimezone(_BRUSSELS))
    event.add("dtend", entry.ends.astimezone(_BRUSSELS))
    event.add("dtstamp", entry.stamp)
    event.add("last-modified", entry.stamp)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.place:
        event.add("location", _printable(entry.place))
    if entry.url:
        event.add("url", entry.url)
    return event


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
