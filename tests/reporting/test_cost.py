"""What reading an exact period costs: counted in rows that PostgreSQL reads, at tables as large as they can get."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from services.reporting.queries.figures import QUERY
from services.reporting.queries.period import Period, parts_of
from shared.eventstore.event_store import Connection

FIRST, YEARS, PLACES, LAGS = date(2021, 1, 1), 6, 40, 30
EXACT = Period(date(2023, 3, 10), date(2025, 8, 20))
DAYS_READ = 22 + 20  # of March and August
MONTHS_READ = 28  # April 2023 to July 2025

# A row for every day or month and place; of distinct counts, for every lag to the time before as well.
FILL = """
insert into figures_by_day
    select day, 'city-' || place % 4, 'o' || place % 5, 'police', 'referrals_received', place::text, {n}
    from generate_series({first}::date, {last}::date, '1 day') day, generate_series(1, {places}) place;
insert into figures
    select month, 'city-' || place % 4, 'o' || place % 5, 'police', 'referrals_received', place::text, {n}
    from generate_series({first}::date, {last}::date, '1 month') month, generate_series(1, {places}) place;
insert into distinct_counts_by_day
    select day, day - lag * interval '3 days', '*', '*', '*', 'referring_persons', {n}
    from generate_series({first}::date, {last}::date, '1 day') day, generate_series(1, {lags}) lag;
insert into distinct_counts
    select month, month - lag * interval '1 month', '*', '*', '*', 'referring_persons', {n}
    from generate_series({first}::date, {last}::date, '1 month') month, generate_series(1, {lags}) lag
"""


async def fill(connection: Connection, first: date, last: date, n: int) -> None:
    """Every table full, from one day to another."""
    given = {"first": f"'{first}'", "last": f"'{last}'", "places": PLACES, "n": n, "lags": LAGS}
    await connection.execute(FILL.format_map(given))
    await connection.execute("analyze figures, figures_by_day, distinct_counts, distinct_counts_by_day")


async def rows_read(connection: Connection, period: Period) -> Counter[str]:
    """How many rows the query reads of each table, with those that it reads and drops; by index, however small."""
    await connection.execute("set enable_seqscan = off")
    head, months, tail = parts_of(period)
    explained = await connection.fetchval(
        f"explain (analyze, format json) {QUERY}", period.since, None, None, None, *head, *months, *tail
    )
    read: Counter[str] = Counter()
    for node in nodes(json.loads(explained)[0]["Plan"]):
        if table := node.get("Relation Name"):
            dropped = sum(n for name, n in node.items() if name.startswith("Rows Removed"))
            read[table] += round((node["Actual Rows"] + dropped) * node["Actual Loops"])
    return read


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


async def test_an_exact_period_reads_its_months_and_at_most_two_of_them_by_day(connection: Connection) -> None:
    await fill(connection, FIRST, FIRST.replace(year=FIRST.year + YEARS) - timedelta(days=1), 1)
    read = await rows_read(connection, EXACT)
    assert read["figures"] == MONTHS_READ * PLACES
    assert read["figures_by_day"] == DAYS_READ * PLACES
    assert read["distinct_counts"] == MONTHS_READ * LAGS
    assert read["distinct_counts_by_day"] <= (DAYS_READ + 31 + 31) * LAGS
    whole = await rows_read(connection, Period(date(2023, 3, 1), date(2025, 8, 31)))
    assert whole["figures_by_day"] == whole["distinct_counts_by_day"] == 0
    assert whole["figures"] == 30 * PLACES


async def test_ten_more_years_and_a_thousand_times_as_many_events_are_read_at_the_same_cost(
    connection: Connection,
) -> None:
    await fill(connection, FIRST, date(2026, 12, 31), 1)
    before = await rows_read(connection, EXACT)
    for table in ("figures", "figures_by_day", "distinct_counts", "distinct_counts_by_day"):
        await connection.execute(f"update {table} set n = n * 1000")
    await fill(connection, date(2011, 1, 1), FIRST - timedelta(days=1), 1000)
    assert await rows_read(connection, EXACT) == before
