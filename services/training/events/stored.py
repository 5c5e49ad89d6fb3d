"""How a fact stored before its values had bounds is read: as the nearest value that has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import model_validator

from services.training.events.values import MOST_COUNTED
from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.domain.messages import Event

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CONTROL_OR_BREAK = re.compile("[\x00-\x1f\x7f-\x9f]")
Upcast = Callable[[Any], Any]


class StoredEvent(Event):
    """A fact of the trainings."""

    @model_validator(mode="before")
    @classmethod
    def _with_bounds(cls, told: Any) -> Any:  # noqa: ANN401 - whatever is read
        return _fields(told) if isinstance(told, dict) else told


def _fields(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _UPCASTS[name](value) if name in _UPCASTS else value for name, value in told.items()}


def _day(value: Any) -> Any:  # noqa: ANN401
    """A day before 2000 or after 2099 is the first or the last one."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return value
    return min(max(value, FIRST_DAY.isoformat()), LAST_DAY.isoformat())


def _line(value: Any) -> Any:  # noqa: ANN401
    """What cannot be printed is said to be so."""
    return _CONTROL_OR_BREAK.sub("\ufffd", value) if isinstance(value, str) else value


def _text(value: Any) -> Any:  # noqa: ANN401
    return _CONTROL.sub("\ufffd", value) if isinstance(value, str) else value


def _each(value: Any) -> Any:  # noqa: ANN401
    """Days and times, parts of a programme, or plain days."""
    if not isinstance(value, list | tuple):
        return value
    return [_fields(each) if isinstance(each, dict) else _day(each) for each in value]


def _one(value: Any) -> Any:  # noqa: ANN401
    return _fields(value) if isinstance(value, dict) else value


def _counts(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        return value
    return {sector: min(n, MOST_COUNTED) if isinstance(n, int) else n for sector, n in value.items()}


_UPCASTS: Mapping[str, Upcast] = {
    **dict.fromkeys(("on", "since", "until", "due", "planned_for"), _day),
    **dict.fromkeys(("title", "place"), _line),
    "text": _text,
    **dict.fromkeys(("days", "programme"), _each),
    "day": _one,
    **dict.fromkeys(("by_sector", "counted"), _counts),
}
