"""The facts of a release out of the figures, as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

import asyncpg

from services.reporting.metrics.catalogue import Indicator, catalogue, catalogue_version
from services.reporting.project import Project
from services.reporting.queries import period as months
from services.reporting.queries.figures import Figure, find_figures, first_and_last_month
from services.reporting.releases.cells import LEAST, MEASURED
from services.reporting.releases.facts import Contribution, Facts
from services.reporting.releases.plan import Plan
from services.reporting.releases.values import Content
from shared.contracts.released import Dimension, OpenCount, Period, Sum, Wait
from shared.eventstore.event_store import Connection
from shared.i18n.code_lists import terms

_CONTRIBUTIONS = """
select indicator, city, partner, sector, reason, sum(n)::bigint as n from figures
where month between $1 and $2 and indicator = any($3) group by indicator, city, partner, sector, reason
having sum(n) > 0 order by indicator, city, partner, sector, reason
"""
_DIMENSIONS: tuple[Dimension, ...] = ("city", "sector", "month", "reason")


class Counted(NamedTuple):
    """What was counted in a period: the facts behind the tables, and all else that is published."""

    facts: Facts
    content: Content

    @property
    def sums(self) -> dict[str, int]:
        """The totals of the indicators that the tables tell apart."""
        counted = {each.indicator for each in self.facts.contributions}
        return {each.indicator: each.n for each in self.content.sums if each.indicator in counted}


async def period_of(connection: Connection, kind: Literal["project", "year"], year: int, today: date) -> Period:
    """A calendar year, or the project from January of its first year until the end of that year or month."""
    if kind == "year":
        return Period(kind=kind, since=date(year, 1, 1), until=date(year, 12, 31))
    first, _ = await first_and_last_month(connection, today)
    until = min(months.months_covering(today, today).until, date(year, 12, 31))
    return Period(kind=kind, since=date(min(first.year, year), 1, 1), until=until)


async def count(
    connection: Connection, period: Period, project: Project, plan: Plan, left_out: Iterable[str] = ()
) -> Counted:
    """Read it, on a connection in a transaction that sees one moment; without the totals that are left out."""
    wanted = {each.indicator for each in plan.tables} | {
        code for each in plan.links for code in (each.part, each.whole)
    }
    rows = await connection.fetch(_CONTRIBUTIONS, period.since, period.until, sorted(wanted))
    contributions = _together(_contribution(each) for each in rows)
    cities = tuple(sorted(project.cities))
    facts = Facts(period=period, cities=cities, contributions=contributions)
    figures = await find_figures(connection, months.Period(period.since, period.until))
    return Counted(facts, _content(period, plan, figures, facts, wanted, left_out))


def _contribution(row: asyncpg.Record) -> Contribution:
    return Contribution(
        indicator=row["indicator"],
        city=row["city"],
        organisation=row["partner"],
        sector=row["sector"],
        category=_category(row["reason"]),
        n=row["n"],
    )


def _together(contributions: Iterable[Contribution]) -> tuple[Contribution, ...]:
    """Those of one category as one."""
    found: dict[tuple[str, ...], Contribution] = {}
    for each in contributions:
        key = (each.indicator, each.city, each.organisation, each.sector, each.category)
        held = found.get(key)
        found[key] = each.model_copy(update={"n": held.n + each.n}) if held else each
    return tuple(found[key] for key in sorted(found))


@lru_cache
def _category(reason: str) -> str:
    category, slash, _ = reason.partition("/")
    if slash or not reason:
        return category
    return next((name for name, each in terms().reasons.items() if reason in each.codes), "")


def _content(
    period: Period, plan: Plan, figures: Iterable[Figure], facts: Facts, wanted: set[str], left_out: Iterable[str]
) -> Content:
    """Without tables: those come of the protection."""
    every, indicators = list(figures), {each.code: each for each in catalogue()}
    protected = [each for each in every if each.protected]
    return Content(
        period=period,
        plan=plan.version,
        catalogue=catalogue_version(),
        sums=tuple(
            Sum(indicator=each.code, n=facts.total(each.code) if each.code in wanted else each.value, revised=False)
            for each in protected
            if each.kind in {"count", "distinct"} and each.code not in left_out
        ),
        tables=(),
        waits=tuple(
            Wait(indicator=each.code, n=each.value, median=each.median, p90=each.p90, printed_in=1)
            for each in protected
            if each.median is not None and each.p90 is not None and each.value >= MEASURED
        ),
        counts=tuple(one for each in every if not each.protected for one in _open(each, indicators[each.code])),
    )


def _open(figure: Figure, indicator: Indicator) -> Iterator[OpenCount]:
    """All of an open figure, and by whatever it is told apart."""
    yield OpenCount(indicator=figure.code, by="all", key=None, n=figure.value, mean=figure.mean)
    if indicator.kind == "mean":
        return
    split = {
        "city": figure.by_city,
        "sector": figure.by_sector,
        "month": figure.by_month,
        "reason": figure.by_reason,
    }
    for by in _DIMENSIONS:
        for key, n in split[by].items():
            yield OpenCount(indicator=figure.code, by=by, key=key, n=n, mean=None)


def after(content: Content, number: int, last: Content | None, superseded: Content | None) -> Content:
    """With waits as they may change since the `last` release of that period, and totals that a correction changed."""
    sums = tuple(each.model_copy(update={"revised": _revised(each, superseded)}) for each in content.sums)
    return content.model_copy(update={"sums": sums, "waits": tuple(_waits(content, number, last))})


def _revised(one: Sum, superseded: Content | None) -> bool:
    return any(each.indicator == one.indicator and each.n != one.n for each in superseded.sums) if superseded else False


def _waits(content: Content, number: int, last: Content | None) -> Iterator[Wait]:
    """A wait changes when nobody, or five at least, were measured since; else it is as of then."""
    printed = {each.indicator: each for each in last.waits} if last else {}
    for each in content.waits:
        before = printed.get(each.indicator)
        if before and each.n - before.n < LEAST:
            yield before
        else:
            yield each.model_copy(update={"printed_in": number})
