"""What was counted, read again the plain way: over some days, of one city, partner or sector, and how it splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tests.reporting.recount import DISTINCT
from tests.reporting.recount_journeys import Counted

MEASURED = {
    *("days_to_intake", "days_to_first_session", "days_from_intake", "modules_attended", "sessions_per_cycle"),
    *("group_size", "days_since_training", "days_since_basic_training", "days_since_in_depth_training"),
}


class Read(NamedTuple):
    """One figure as it must be read: its value and how that splits, and what half and nine in ten stay within."""

    value: int
    by_city: dict[str, int]
    by_partner: dict[str, int]
    by_sector: dict[str, int]
    by_month: dict[str, int]
    median: int | None
    p90: int | None


def value(
    counted: Iterable[Counted], since: date, until: date, city: str | None, partner: str | None, sector: str | None
) -> dict[str, Read]:
    """The figures of these days, of the indicators of which something was counted."""
    found: dict[str, list[Counted]] = defaultdict(list)
    for each in counted:
        within = since <= each.on <= until
        if within and city in {None, each.city} and partner in {None, each.partner} and sector in {None, each.sector}:
            found[each.indicator].append(each)
    return {code: _read(code, those) for code, those in found.items()}


def _read(code: str, those: Sequence[Counted]) -> Read:
    measured = code in MEASURED
    ranked = sorted(int(each.what) for each in those for _ in range(each.n)) if measured else []
    return Read(
        value=_many(code, those),
        by_city=_split(code, those, [each.city for each in those]),
        by_partner=_split(code, those, [each.partner for each in those]),
        by_sector=_split(code, those, [each.sector for each in those]),
        by_month=_split(code, those, [f"{each.on:%Y-%m}" for each in those]),
        median=_ranked(ranked, 50),
        p90=_ranked(ranked, 90),
    )


def _split(code: str, those: Sequence[Counted], keys: Sequence[str]) -> dict[str, int]:
    """By key, of what has one."""
    by_key: dict[str, list[Counted]] = defaultdict(list)
    for each, key in zip(those, keys, strict=True):
        by_key[key].append(each)
    return {key: _many(code, of_key) for key, of_key in by_key.items() if key}


def _many(code: str, those: Sequence[Counted]) -> int:
    return len({each.what for each in those}) if code in DISTINCT else sum(each.n for each in those)


def _ranked(ranked: Sequence[int], percent: int) -> int | None:
    return ranked[-(-len(ranked) * percent // 100) - 1] if ranked else None
