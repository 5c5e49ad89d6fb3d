"""How an event stored before its values had bounds is read: as the nearest value that has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import model_validator

from services.training.values import MOST_COUNTED
from shared.domain.messages import Event
from shared.domain.upcasting import within_bounds

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CONTROL_OR_BREAK = re.compile("[\x00-\x1f\x7f-\x9f]")


class StoredEvent(Event):
    """An event of this service."""

    @model_validator(mode="before")
    @classmethod
    def _with_bounds(cls, stored: object) -> object:
        return _fields(stored)


def _fields(value: object) -> object:
    """Each field of a mapping upcast by its name; a day as a day; anything else as it is."""
    if not isinstance(value, dict):
        return within_bounds(value)
    return {name: _UPCASTS[name](each) if name in _UPCASTS else each for name, each in value.items()}


def _each(value: object) -> object:
    """Days and times, parts of a programme, or plain days."""
    return [_fields(each) for each in value] if isinstance(value, list | tuple) else value


def _text(unprintable: re.Pattern[str], value: Any) -> Any:  # noqa: ANN401 - as above
    """What cannot be printed is shown as such."""
    return unprintable.sub("\ufffd", value) if isinstance(value, str) else value


def _counts(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {sector: min(n, MOST_COUNTED) if isinstance(n, int) else n for sector, n in value.items()}


_UPCASTS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("on", "since", "until", "due", "planned_for", "day"), _fields),
    **dict.fromkeys(("title", "place"), partial(_text, _CONTROL_OR_BREAK)),
    "text": partial(_text, _CONTROL),
    **dict.fromkeys(("days", "programme"), _each),
    **dict.fromkeys(("by_sector", "counted"), _counts),
}
