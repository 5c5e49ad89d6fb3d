"""The rows after the last one of the page before: a condition on the columns that a list is ordered by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Key: TypeAlias = "Sequence[Any] | None"


def beyond(columns: str, key: Key, first: int) -> str:
    """` and (columns) > ($first, ...)` for `key`; nothing on the first page."""
    if key is None:
        return ""
    return f" and ({columns}) > ({', '.join(f'${first + nth}' for nth in range(len(key)))})"
