"""The figures in PostgreSQL, kept up to date by differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic_core import to_json

from services.reporting.metrics.distinct import DistinctKey, DistinctMonthKey, MemberKey, by_month, distinct_delta
from services.reporting.metrics.measure import FigureChanges, FigureKey, MonthKey, SourceKey, months_of
from shared.eventstore.event_store import Connection

SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_LOCK = 7226006
_DATES = ("month", "day", "seen", "previous")
Key = TypeVar("Key", FigureKey, MonthKey, MemberKey, DistinctKey, DistinctMonthKey, SourceKey)


class Write(NamedTuple):
    """A statement with one parameter, `{}`, and one with the same that deletes the rows which went down to nothing."""

    statement: str
    parameter: str
    cleanup: str = ""


async def lock_figures(connection: Connection) -> None:
    """One batch at a time until the end of the transaction: of the tables on this connection's search path."""
    await connection.execute("select pg_advisory_xact_lock($1, to_regclass('figures')::oid::int)", _LOCK)


async def figure_writes(connection: Connection, changes: FigureChanges) -> list[Write]:
    """What adds these changes to the figures and distinct counts, by month and by day, and to what they come from."""
    held = await _held(connection, changes.members)
    of_months = distinct_delta(by_month(held), by_month(changes.members))
    months = Counter({DistinctMonthKey(*key): n for key, n in of_months.items()})
    return [
        *_added("figures", MonthKey, months_of(changes.figures)),
        *_added("figures_by_day", FigureKey, changes.figures),
        *_added("distinct_counts", DistinctMonthKey, months),
        *_added("distinct_counts_by_day", DistinctKey, distinct_delta(held, changes.members)),
        *_added("distinct_members", MemberKey, changes.members),
        *_added("figure_sources", SourceKey, changes.sources),
    ]


async def write_all(connection: Connection, writes: Sequence[Write]) -> None:
    """Do them in one round trip, as data-modifying parts of one statement: each must be about another table."""
    if writes:
        parts = ", ".join(f"_{nth} as ({each.statement.format(f'${nth}')})" for nth, each in enumerate(writes, 1))
        await connection.execute(f"with {parts} select", *(each.parameter for each in writes))
    for each in writes:
        if each.cleanup:
            await connection.execute(each.cleanup.format("$1"), each.parameter)


async def _held(connection: Connection, changes: Counter[MemberKey]) -> Mapping[MemberKey, int]:
    """All that is known of the members in `changes`."""
    members = list({(key.indicator, key.member) for key, n in changes.items() if n})
    if not members:
        return {}
    rows = await connection.fetch(
        f"select {', '.join(MemberKey._fields)}, n from distinct_members"
        " where (indicator, member) in (select * from unnest($1::text[], $2::text[]))",
        *zip(*members, strict=True),
    )
    return {MemberKey(*row[:-1]): row[-1] for row in rows}


def _added(table: str, kind: type[Key], changes: Counter[Key]) -> Iterator[Write]:
    """Add the differences, in the order of the keys."""
    changed = sorted((key, n) for key, n in changes.items() if n)
    if not changed:
        return
    columns = ", ".join(kind._fields)
    typed = ", ".join(f"{name} {'date' if name in _DATES else 'text'}" for name in kind._fields)
    given = f"json_to_recordset({{}}) as given ({typed}, n bigint)"
    yield Write(
        f"insert into {table} as kept ({columns}, n) select * from {given}"
        f" on conflict ({columns}) do update set n = kept.n + excluded.n",
        to_json([{**key._asdict(), "n": n} for key, n in changed]).decode(),
        f"delete from {table} where n = 0 and ({columns}) in (select {columns} from {given})"
        if any(n < 0 for _, n in changed)
        else "",
    )
