"""A calendar that subscribes to ours shows every training at its hour in Belgium."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.training.documents.calendar import Entry, ics

BRUSSELS = ZoneInfo("Europe/Brussels")
STAMP = datetime(2026, 1, 5, 8, tzinfo=UTC)


def entry(**changes: Any) -> Entry:
    fields = {
        "uid": "training-7@carrousel",
        "summary": "Basisvorming: signalen herkennen, en dan?",
        "starts": datetime(2026, 10, 20, 9, tzinfo=BRUSSELS),
        "ends": datetime(2026, 10, 20, 16, 30, tzinfo=BRUSSELS),
        "place": "Stadhuis; zaal 2, Oostende",
        "url": "https://carrousel.example/trainings/7",
        "cancelled": False,
        "sequence": 3,
        "stamp": STAMP,
    }
    return Entry.model_validate(fields | changes)


def read(file: bytes) -> tuple[icalendar.Calendar, list[icalendar.Event]]:
    calendar = icalendar.Calendar.from_ical(file)
    assert isinstance(calendar, icalendar.Calendar)
    assert [event.errors for event in calendar.walk() if event.errors] == []
    return calendar, calendar.events


def test_a_training_is_read_back_as_it_was_planned() -> None:
    planned = entry()
    calendar, [event] = read(ics("Vormingen in Oostende", [planned]))
    assert calendar.calendar_name == "Vormingen in Oostende"
    assert (event.uid, event["summary"], event["location"]) == (planned.uid, planned.summary, planned.place)
    assert (event.start, event.end) == (planned.starts, planned.ends)
    assert (event["url"], event["sequence"], event["status"]) == (planned.url, 3, "CONFIRMED")
    assert event.stamp == event.LAST_MODIFIED == STAMP


def test_a_cancelled_training_stays_in_the_calendar_as_cancelled() -> None:
    _, [event] = read(ics("Vormingen", [entry(cancelled=True, url=None, place="")]))
    assert event["status"] == "CANCELLED"
    assert "url" not in event
    assert "location" not in event


def test_a_calendar_without_trainings_is_still_a_calendar() -> None:
    calendar, events = read(ics("Vormingen", []))
    assert events == []
    assert calendar["version"] == "2.0"


def test_nine_o_clock_is_nine_o_clock_before_and_after_the_clocks_change() -> None:
    weeks = [datetime(2026, 3, 24, 8, tzinfo=UTC), datetime(2026, 3, 31, 7, tzinfo=UTC)]
    weeks += [datetime(2026, 10, 20, 7, tzinfo=UTC), datetime(2026, 10, 27, 8, tzinfo=UTC)]
    file = ics("Vormingen", [entry(starts=day, ends=day + timedelta(hours=3)) for day in weeks])
    assert [event.start for event in read(file)[1]] == weeks
    assert file.count(b"DTSTART;TZID=Europe/Brussels:2026") == file.count(b"T090000\r\nDTEND") == len(weeks)


def test_the_clock_rule_we_send_is_that_of_belgium_at_every_hour(tmp_path: Any) -> None:
    path = tmp_path / "calendar.ics"
    path.write_bytes(ics("Vormingen", []))
    sent = tzical(str(path)).get("Europe/Brussels")
    first = datetime(2026, 1, 1)  # noqa: DTZ001 - hours on a wall
    hours = [first + timedelta(hours=hour) for hour in range(24 * 365 * 14)]
    wrong = [
        hour for hour in hours if hour.replace(tzinfo=sent).utcoffset() != hour.replace(tzinfo=BRUSSELS).utcoffset()
    ]
    assert [hour for hour in wrong if not _skipped(hour)] == []


def _skipped(hour: datetime) -> bool:
    told = hour.replace(tzinfo=BRUSSELS)
    return told.astimezone(UTC).astimezone(BRUSSELS).replace(tzinfo=None) != hour


@given(st.text(st.characters()), st.text(st.characters()))
def test_no_text_breaks_the_calendar_or_adds_a_line_to_it(summary: str, place: str) -> None:
    file = ics(summary, [entry(summary=summary + "\r\nSTATUS:CANCELLED", place=place)])
    assert max(map(len, file.split(b"\r\n"))) <= 75
    assert not any(byte < 32 for byte in file.replace(b"\r\n", b""))
    _, [event] = read(file)
    shown = "".join(sign if sign.isprintable() else " " for sign in summary)
    assert event["summary"] == shown + "  STATUS:CANCELLED"
    assert event["status"] == "CONFIRMED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": datetime(2026, 10, 20, 9)},  # noqa: DTZ001 - that is what is wrong
        {"ends": datetime(2026, 10, 20, 9, tzinfo=BRUSSELS)},
        {"url": "https://x.example/\r\nSTATUS:CANCELLED"},
        {"url": "javascript:alert(1)"},
        {"uid": "two words"},
        {"sequence": -1},
    ],
)
def test_an_hour_without_a_zone_an_end_before_the_start_or_a_false_link_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        entry(**wrong)
