"""Every value without a bound in what a service takes from outside and keeps, field by field.

`unbounded(model)` walks a pydantic model, whatever it is made of; `unbounded_parameters(routes)` walks the path,
query, header and body parameters of routes. Each answers the places without a bound: `Model.field[0]: what is missing`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from inspect import isclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

from annotated_types import GroupedMetadata
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import AwareDatetime, BaseModel, FutureDate, FutureDatetime, NaiveDatetime, PastDate, PastDatetime
from pydantic.fields import FieldInfo

_CLOSED = (bool, Enum, UUID, time, type(None))
_ORDERED = (int, float, Decimal, date, datetime, timedelta)
_DATED = (AwareDatetime, NaiveDatetime, PastDatetime, FutureDatetime, PastDate, FutureDate)
_MANY = re.compile(r"[*+]|\{\d*,\}")


def unbounded(model: Any) -> list[str]:
    """The places in `model` (a pydantic model, or any annotation) that hold a value without a bound; [] is well."""
    return sorted(_of(model, (), getattr(model, "__name__", str(model)), ()))


def unbounded_parameters(routes: Sequence[Any]) -> list[str]:
    """The places without a bound in the parameters of these routes, their dependencies and their bodies.

    `routes` are those of an application or a router, whatever it includes.
    """
    every = [each.original_route for each in iter_route_contexts(routes)]
    return sorted({place for route in every if isinstance(route, APIRoute) for place in _of_route(route)})


def _of_route(route: APIRoute) -> Iterator[str]:
    for each in _asked(route.dependant):
        for field in (*each.path_params, *each.query_params, *each.header_params, *each.cookie_params):
            info = field.field_info
            yield from _of(info.annotation, info.metadata, f"{route.path} {field.name}", ())
        for field in each.body_params:
            info = field.field_info
            yield from _of(info.annotation, info.metadata, f"{route.path} body", ())


def _asked(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _asked(each)


def _of(kind: Any, bounds: Sequence[Any], place: str, within: tuple[Any, ...]) -> Iterator[str]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _of(inner[0], [*inner[1:], *bounds], place, within)
    elif origin is Literal or (isclass(kind) and issubclass(kind, _CLOSED)):
        return
    elif origin in {Union, types.UnionType}:
        for nth, each in enumerate(inner):
            yield from _of(each, bounds, f"{place}|{nth}", within)
    elif isclass(kind) and issubclass(kind, str | bytes):
        yield from _of_text(bounds, place)
    elif isclass(kind) and issubclass(kind, (*_ORDERED, *_DATED)):
        yield from _of_number(kind, bounds, place)
    elif origin is not None and isclass(origin) and issubclass(origin, Collection):
        yield from _of_many(origin, inner, bounds, place, within)
    else:
        yield from _of_parts(kind, place, within)


def _of_text(bounds: Sequence[Any], place: str) -> Iterator[str]:
    short = _said(bounds, "max_length") is not None
    patterns = [_pattern(each) for each in _each(bounds) if getattr(each, "pattern", None) is not None]
    if not short and not any(map(_has_an_end, patterns)):
        yield f"{place}: a text without a length"


def _of_number(kind: type, bounds: Sequence[Any], place: str) -> Iterator[str]:
    if all(_said(bounds, name) is None for name in ("ge", "gt")):
        yield f"{place}: {kind.__name__} without a least"
    if all(_said(bounds, name) is None for name in ("le", "lt")):
        yield f"{place}: {kind.__name__} without a most"
    if issubclass(kind, float | Decimal) and _said(bounds, "allow_inf_nan") is not False:
        yield f"{place}: {kind.__name__} that may be no number"


def _of_many(
    origin: type, inner: Sequence[Any], bounds: Sequence[Any], place: str, within: tuple[Any, ...]
) -> Iterator[str]:
    fixed = issubclass(origin, tuple) and Ellipsis not in inner
    if not fixed and _said(bounds, "max_length") is None:
        yield f"{place}: {'a mapping' if issubclass(origin, Mapping) else 'a list'} without a length"
    for nth, each in enumerate(one for one in inner if one is not Ellipsis):
        yield from _of(each, (), f"{place}[{nth}]", within)


def _of_parts(kind: Any, place: str, within: tuple[Any, ...]) -> Iterator[str]:
    if kind in within:
        return
    if isclass(kind) and issubclass(kind, BaseModel):
        if kind.model_config.get("extra") == "allow":
            yield f"{place}: any other field is taken"
        for name, info in kind.model_fields.items():
            yield from _of(info.annotation, info.metadata, f"{place}.{name}", (*within, kind))
    elif is_dataclass(kind) or is_typeddict(kind) or hasattr(kind, "_fields"):
        hints = get_type_hints(kind, include_extras=True)
        names = [each.name for each in fields_of(kind)] if is_dataclass(kind) else list(hints)
        for name in names:
            yield from _of(hints[name], (), f"{place}.{name}", (*within, kind))
    else:
        yield f"{place}: {getattr(kind, '__name__', kind)} can be anything"


def _each(bounds: Sequence[Any]) -> Iterator[Any]:
    """Every bound said, those of a `Field` or a group of constraints one by one."""
    for each in bounds:
        if isinstance(each, FieldInfo):
            yield from _each(each.metadata)
        else:
            yield each
            if isinstance(each, GroupedMetadata):
                yield from _each(list(each))


def _said(bounds: Sequence[Any], name: str) -> Any:
    """The bound of that name, or None."""
    found = [getattr(each, name, None) for each in _each(bounds)]
    return next((each for each in found if each is not None), None)


def _pattern(bound: Any) -> str:
    pattern = bound.pattern
    return pattern if isinstance(pattern, str) else str(pattern.pattern)


def _has_an_end(pattern: str) -> bool:
    """Whether a pattern is anchored and repeats nothing for ever."""
    plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern)
    anchored = plain.startswith("^") and plain.endswith("$") and "|" not in plain
    return anchored and not _MANY.search(plain)
