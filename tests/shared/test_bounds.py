"""Values from outside are bounded: days of this century, text without control characters, cursors that a page gave."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.bounds import FIRST_DAY, LAST_DAY, Day, Line
from shared.http.pagination import cursor_of, key_of, page_of
from shared.http.problems import Unacceptable

DAY: TypeAdapter[date] = TypeAdapter(Day)
LINE: TypeAdapter[str] = TypeAdapter(Line)


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_a_day_of_this_century_is_read_as_it_is_written(day: date) -> None:
    assert DAY.validate_python(day.isoformat()) == DAY.validate_json(f'"{day.isoformat()}"') == day


@pytest.mark.parametrize(
    "value",
    [0, 946684800, 946684800.0, True, "0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "20260101", "2026-1-1",
     "946684800", "2026-02-30", "2026-01-01T00:00:00", datetime(2026, 1, 1, tzinfo=UTC),
     b"2026-01-01", None, "٢٠٢٦-٠١-٠١"],
)  # fmt: skip
def test_anything_else_is_no_day(value: Any) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


@pytest.mark.parametrize("value", ["", " ", "\x00", "a\x00b", "a\nb", "a\x7f", "a\ud800", "x" * 201])
def test_a_line_holds_no_control_character_and_has_an_end(value: str) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(value)


@given(st.lists(st.integers(0, 30), unique=True), st.integers(1, 7))
def test_pages_one_after_another_are_the_list(numbers: list[int], limit: int) -> None:
    ordered, seen, after = sorted(numbers), list[int](), None
    while True:
        key = key_of(after, int)
        left = [each for each in ordered if key is None or each > key[0]]
        page = page_of(left[: limit + 1], limit, lambda each: [each])
        seen += page.items
        if page.next is None:
            break
        after = page.next
    assert seen == ordered


UNTOLD = ["a\x00", "\ud800", 2**63, -(2**63), 1.0, None, True, [], {}, "2026-02-30", "0001-01-01", "", 0]


@pytest.mark.parametrize("after", ["x", "bnVsbA", "WzFd", "WyJcdTAwMDAiXQ", "W10", "W1tbW1tb", "MQ", "WzEsMl0"])
def test_a_cursor_that_no_page_gave_is_refused(after: str) -> None:
    with pytest.raises(Unacceptable):
        key_of(after, str)


@pytest.mark.parametrize("kind", [str, int, date])
@pytest.mark.parametrize("part", UNTOLD)
def test_a_cursor_holds_what_postgresql_can_compare_with_or_is_refused(kind: type, part: Any) -> None:
    after = cursor_of([part])
    if kind is int and type(part) is int and part == 0:
        assert key_of(after, kind) == [0]
    elif kind is str and part in ("", "2026-02-30", "0001-01-01"):
        assert key_of(after, kind) == [part]
    else:
        with pytest.raises(Unacceptable):
            key_of(after, kind)


def test_a_day_goes_into_a_cursor_and_comes_out_of_it() -> None:
    assert key_of(cursor_of([date(2026, 1, 5), "r-1"]), date, str) == [date(2026, 1, 5), "r-1"]
