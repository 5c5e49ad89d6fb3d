"""One page of a list: the rows after a cursor, and the cursor of the next page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.domain.bounds import Day
from shared.http.problems import Unacceptable

T = TypeVar("T")
Key: TypeAlias = Sequence[str | int | date]

PAGE_ROWS = 100
MOST_ROWS = 500
_MOST_CURSOR = 4000  # a name of 120 signs, each written with an escape

_MOST_NUMBER = 2**63 - 1  # what PostgreSQL compares with
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_DAY: TypeAdapter[date] = TypeAdapter(Day)

After = Annotated[
    str | None,
    Query(max_length=_MOST_CURSOR, pattern=r"^[A-Za-z0-9_-]+$", description="the `next` of the page before this one"),
]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="how many rows at most")]


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the `after` of the following page, absent on the last one."""

    items: Sequence[T]
    next: str | None = Field(default=None, description="send it as `after`")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is asked for: up to `limit` rows after a cursor."""

    after: str | None
    limit: int

    @property
    def rows(self) -> int:
        """How many rows to read: one more than are shown means that there is a next page."""
        return self.limit + 1

    def key(self, *first: str | int | date) -> Sequence[Any]:  # parts of the kinds of `first`, as SQL takes them
        """The key that the page begins after, `first` on the first page. Raises Unacceptable, as `key_of`."""
        return key_of(self.after, *map(type, first)) or first

    def page(self, rows: Sequence[T], key: Callable[[T], Key]) -> Page[T]:
        """The page of `rows`, in the order of their `key`."""
        return page_of(rows, self.limit, key)


def _page_request(after: After = None, limit: Limit = PAGE_ROWS) -> PageRequest:
    return PageRequest(after, limit)


Paging = Annotated[PageRequest, Depends(_page_request)]


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], Key]) -> Page[T]:
    """The page of `rows`, of which up to `limit + 1` were read; `key` is what the rows are ordered by."""
    shown = rows[:limit]
    return Page(items=shown, next=cursor_of(key(shown[-1])) if len(rows) > limit and shown else None)


def cursor_of(key: Key) -> str:
    """The key of the last row shown, as an opaque string."""
    return base64.urlsafe_b64encode(json.dumps(list(key), default=str).encode()).decode().rstrip("=")


def key_of(after: str | None, *kinds: type) -> Sequence[Any] | None:  # parts of `kinds`, as SQL takes them
    """The key in a cursor, each part of its kind (`str`, `int` or `date`); None on the first page.

    Raises Unacceptable `cursor-not-valid` for what no page has given.
    """
    if after is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, RecursionError):
        raise _not_valid() from None
    if not isinstance(key, list) or len(key) != len(kinds):
        raise _not_valid()
    return [_part(part, kind) for part, kind in zip(key, kinds, strict=True)]


def _part(part: object, kind: type) -> object:
    if kind is date:
        try:
            return _DAY.validate_python(part)
        except ValidationError:
            raise _not_valid() from None
    if type(part) is not kind or _UNSTORABLE.search(str(part)):
        raise _not_valid()
    if isinstance(part, int) and abs(part) > _MOST_NUMBER:
        raise _not_valid()
    return part


def _not_valid() -> Unacceptable:
    return Unacceptable("cursor-not-valid", [{"field": "query.after", "code": "cursor-not-valid"}])
