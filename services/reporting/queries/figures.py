"""The figures of a period, narrowed to a city, a partner or a sector."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Literal

from services.reporting.metrics.catalogue import (
    Chapter,
    CityMeans,
    Indicator,
    Kind,
    PartnerMeans,
    SectorMeans,
    Unit,
    catalogue,
    fed,
)
from services.reporting.queries.partners import Partner, find_partners
from services.reporting.queries.period import Period, parts_of
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.i18n.text import Text

QUERY = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


class Figure(Message):
    """One indicator over a period.

    `value` counts what the indicator says, or different members; for a kind "days", "number" or "mean" it is how many
    were measured. `median` and `p90` are the value within which half, and nine in ten, of them fall; `mean` the mean.
    `by_reason` counts by code, by measured number, or by band of days; the others split `value` by sector, city,
    organisation and month (`YYYY-MM`).
    `denominator` is the value of the indicator `denominator_code`, over the same period and filter.
    `left_out` is how many of those counted have nothing to measure: of a wait, those whose dates contradict each other.
    `unit` is what a "number" is a number of, `scale` what a "mean" is out of.
    `events` are the messages that make it count, `dated` whether on their day or that of the receipt of the referral.
    """

    code: str
    chapter: Chapter
    kind: Kind
    label: Text
    definition: Text
    city_means: CityMeans | None
    partner_means: PartnerMeans | None
    sector_means: SectorMeans | None
    events: tuple[str, ...]
    dated: Literal["step", "receipt"]
    protected: bool
    value: int
    by_reason: dict[str, int]
    by_sector: dict[str, int]
    by_city: dict[str, int]
    by_partner: dict[str, int]
    by_month: dict[str, int]
    denominator_code: str | None
    denominator: int | None
    median: int | None = None
    p90: int | None = None
    mean: float | None = None
    left_out: int = 0
    unit: Unit | None = None
    scale: int | None = None


@dataclass(slots=True)
class Counts:
    """What was counted of one indicator, by dimension and value; the total of a distinct one by "" alone."""

    by: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def total(self) -> int:
        """All of it: the different members, or what was counted by whatever reason."""
        return (self.by.get("") or self.reasons).total()

    @property
    def reasons(self) -> Counter[str]:
        """By code or measure."""
        return self.by["reason"]

    def split(self, dimension: str) -> dict[str, int]:
        """By the values of a dimension, largest first; what has no value in it is left out."""
        return {
            value: n for value, n in sorted(self.by[dimension].items(), key=lambda each: (-each[1], each[0])) if value
        }


async def find_figures(
    connection: Connection,
    period: Period,
    *,
    city: str | None = None,
    partner: str | None = None,
    sector: str | None = None,
) -> list[Figure]:
    """Every indicator over the days of the period, to the day; at most two of its months are read by day.

    `city`, `partner` (an organisation id) and `sector` narrow it, and leave out what has none of these; None is all.
    """
    counts: defaultdict[str, Counts] = defaultdict(Counts)
    head, months, tail = parts_of(period)
    for row in await connection.fetch(QUERY, period.since, city, partner, sector, *head, *months, *tail):
        counts[row["indicator"]].by[row["by"]][row["key"]] = row["n"]
    there = await find_partners(connection, period, period.until)
    partners = [each for each in there if city in {None, each.city} and sector in {None, each.sector}]
    for each in catalogue():
        if each.kind == "standing":
            counts[each.code] = _standing(each, partners)
    return [
        figure_of(each, counts)
        for each in catalogue()
        if (city is None or each.city) and (partner is None or each.partner) and (sector is None or each.sector)
    ]


def _standing(indicator: Indicator, partners: Sequence[Partner]) -> Counts:
    those = [each for each in partners if indicator.only in {None, each.role}]
    counts = Counts()
    counts.by["reason"] = Counter(each.role for each in those)
    counts.by["city"] = Counter(each.city for each in those) if indicator.city else Counter()
    counts.by["sector"] = Counter(each.sector for each in those) if indicator.sector else Counter()
    return counts


async def first_and_last_month(connection: Connection, today: date) -> tuple[date, date]:
    """The first day of the first month that has a figure, and of the last; both `today` while there are none."""
    row = await connection.fetchrow("select min(month), max(month) from figures")
    first, last = row or (None, None)
    return first or today, last or today


def figure_of(indicator: Indicator, counts: defaultdict[str, Counts]) -> Figure:
    """The figure of one indicator, by what was counted of each of them."""
    counted = counts[indicator.code]
    whole = indicator.denominator
    denominator = counts[whole].total if whole else None
    numbers = {int(text): n for text, n in counted.reasons.items()} if indicator.kind in {"days", "number"} else {}
    return Figure(
        code=indicator.code,
        chapter=indicator.chapter,
        kind=indicator.kind,
        label=indicator.label,
        definition=indicator.definition,
        city_means=indicator.city,
        partner_means=indicator.partner,
        sector_means=indicator.sector,
        events=fed(indicator).events,
        dated=indicator.dated,
        protected=indicator.protected,
        value=counted.total,
        by_reason=_by_reason(indicator, counted, numbers),
        by_sector=counted.split("sector"),
        by_city=counted.split("city"),
        by_partner=counted.split("partner"),
        by_month=dict(sorted(counted.split("month").items())),
        denominator_code=whole,
        denominator=denominator,
        median=_within(numbers, 50),
        p90=_within(numbers, 90),
        mean=_mean(counted.reasons) if indicator.kind == "mean" else None,
        left_out=max(0, denominator - counted.total) if denominator and _measures_its_whole(indicator) else 0,
        unit=indicator.unit,
        scale=indicator.scale,
    )


def _measures_its_whole(indicator: Indicator) -> bool:
    """Whether it measures the very steps that its denominator counts, so that what is missing was left out."""
    whole = next((each for each in catalogue() if each.code == indicator.denominator), None)
    if whole is None or indicator.kind not in {"days", "number"}:
        return False
    return (whole.step, whole.only, whole.dated) == (indicator.step, indicator.only, indicator.dated)


def _by_reason(indicator: Indicator, counted: Counts, numbers: Mapping[int, int]) -> dict[str, int]:
    match indicator.kind:
        case "number":
            return {str(number): n for number, n in sorted(numbers.items())}
        case "days":
            bands = pairwise((0, *indicator.bands)) if indicator.bands else ()
            return {
                f"{low + 1}-{high}": sum(numbers.get(day, 0) for day in range(low + 1, high + 1)) for low, high in bands
            }
        case "mean":
            return {}
        case "count" | "distinct" | "standing":
            return counted.split("reason")


def _within(numbers: Mapping[int, int], percent: int) -> int | None:
    """The number within which `percent` of those measured fall: the nearest rank, a number that occurred."""
    nth = ceil(sum(numbers.values()) * percent / 100)
    for number in sorted(numbers):
        nth -= numbers[number]
        if nth <= 0:
            return number
    return None


def _mean(counted: Counter[str]) -> float | None:
    """Of means, each weighing as many answers as it stands for; two decimals."""
    weight = counted.total()
    return round(sum(float(mean) * n for mean, n in counted.items()) / weight, 2) if weight else None
