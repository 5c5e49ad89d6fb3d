"""What the figures say of a period, narrowed to a city, a partner or a sector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import ceil

from services.reporting import partners
from services.reporting.indicators import Chapter, CityMeans, Indicator, Kind, PartnerMeans, SectorMeans, catalogue
from shared.event_store import Connection
from shared.messages import Message
from shared.texts import Text


class Figure(Message):
    """One indicator over a period.

    `value` counts what the indicator says, or different members; for a kind "days", "number" or "mean" it is how many
    were measured. `median` and `p90` are the value within which half, and nine in ten, of them fall; `mean` the mean.
    `by_reason` counts by code, by measured number, or by band of days; `by_sector` and `by_city` the same `value`.
    `denominator` is the value of the indicator `denominator_code`, over the same period and filter.
    """

    code: str
    chapter: Chapter
    kind: Kind
    label: Text
    definition: Text
    city_means: CityMeans | None
    partner_means: PartnerMeans | None
    sector_means: SectorMeans | None
    protected: bool
    value: int
    by_reason: dict[str, int]
    by_sector: dict[str, int]
    by_city: dict[str, int]
    denominator_code: str | None
    denominator: int | None
    median: int | None = None
    p90: int | None = None
    mean: float | None = None


@dataclass(slots=True)
class Counts:
    """What was counted of one indicator: by reason or measure, by sector, by city; a distinct one in all."""

    by_reason: Counter[str] = field(default_factory=Counter)
    by_sector: Counter[str] = field(default_factory=Counter)
    by_city: Counter[str] = field(default_factory=Counter)


async def find(
    connection: Connection,
    *,
    since: date,
    until: date,
    city: str | None = None,
    partner: str | None = None,
    sector: str | None = None,
) -> list[Figure]:
    """Every indicator over the whole months from that of `since` to that of `until`, both included.

    `city`, `partner` (an organisation id) and `sector` narrow it, and leave out what has none of these; None is all.
    """
    asked = (since.replace(day=1), until, city, partner, sector)
    counts = await _counts(connection, asked)
    standing = await partners.find(connection, since, until, until)
    counts["partners_active"] = Counts(Counter(each.role for each in standing))
    told = [
        each
        for each in catalogue()
        if (city is None or each.city) and (partner is None or each.partner) and (sector is None or each.sector)
    ]
    return [_figure(indicator, counts) for indicator in told]


async def cities(connection: Connection) -> set[str]:
    """The cities in which people were referred to a group, or took part in one."""
    ours = [each.code for each in catalogue() if each.city in ("preferred", "group")]
    rows = await connection.fetch("select distinct city from figures where indicator = any($1::text[])", ours)
    return {row["city"] for row in rows} - {""}


async def _counts(
    connection: Connection, asked: tuple[date, date, str | None, str | None, str | None]
) -> dict[str, Counts]:
    where = (
        "month between $1 and $2 and ($3::text is null or city = $3)"
        " and ($4::text is null or partner = $4) and ($5::text is null or sector = $5)"
    )
    counts: dict[str, Counts] = {}
    for row in await connection.fetch(
        "select indicator, reason, sector, city, sum(n)::bigint as n,"
        " grouping(reason) = 0 as is_reason, grouping(sector) = 0 as is_sector"
        f" from figures where {where} group by grouping sets"
        " ((indicator, reason), (indicator, sector), (indicator, city))"
        " union all"
        " select indicator, '', sector, city, count(distinct member),"
        " grouping(sector, city) = 3, grouping(sector) = 0"
        f" from members where {where} group by grouping sets ((indicator), (indicator, sector), (indicator, city))",
        *asked,
    ):
        counted = counts.setdefault(row["indicator"], Counts())
        if row["is_reason"]:
            counted.by_reason[row["reason"]] = row["n"]
        elif row["is_sector"]:
            counted.by_sector[row["sector"]] = row["n"]
        else:
            counted.by_city[row["city"]] = row["n"]
    return counts


def _figure(indicator: Indicator, counts: Mapping[str, Counts]) -> Figure:
    counted = counts.get(indicator.code, Counts())
    whole = indicator.denominator
    numbers = (
        Counter({int(text): n for text, n in counted.by_reason.items()})
        if indicator.kind in ("days", "number")
        else Counter[int]()
    )
    return Figure(
        code=indicator.code,
        chapter=indicator.chapter,
        kind=indicator.kind,
        label=indicator.label,
        definition=indicator.definition,
        city_means=indicator.city,
        partner_means=indicator.partner,
        sector_means=indicator.sector,
        protected=indicator.protected,
        value=counted.by_reason.total(),
        by_reason=_told(indicator, counted, numbers),
        by_sector={sector: n for sector, n in counted.by_sector.most_common() if sector},
        by_city={city: n for city, n in counted.by_city.most_common() if city},
        denominator_code=whole,
        denominator=counts.get(whole, Counts()).by_reason.total() if whole else None,
        median=_within(numbers, 50),
        p90=_within(numbers, 90),
        mean=_mean(counted.by_reason) if indicator.kind == "mean" else None,
    )


def _told(indicator: Indicator, counted: Counts, numbers: Counter[int]) -> dict[str, int]:
    if indicator.kind == "number":
        return {str(number): n for number, n in sorted(numbers.items())}
    if indicator.kind == "days":
        bands = pairwise((0, *indicator.bands)) if indicator.bands else ()
        return {f"{low + 1}-{high}": sum(numbers[day] for day in range(low + 1, high + 1)) for low, high in bands}
    return {reason: n for reason, n in counted.by_reason.most_common() if reason and indicator.kind != "mean"}


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
