"""The figures in PostgreSQL, kept up to date by differences: what the inboxes of reporting apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.reporting.counting import Changes, FigureKey, MemberKey, SpanKey, advance, respanned
from services.reporting.indicators import catalogue_version
from services.reporting.rows import GRAINS
from services.reporting.rows.grain import Grain, Said
from shared.event_store import Connection
from shared.inbox import Heard

VERSION = 3  # of the folding: it goes up when the same messages give other rows
SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8") + "".join(
    f"create table if not exists {grain.table} (id text primary key, data jsonb not null);\n" for grain in GRAINS
)
_LOCK = 7226006
Key = TypeVar("Key", FigureKey, MemberKey, SpanKey)
_TYPES = {"month": "date", "previous": "date"}


def version() -> str:
    """Of the folding and of the catalogue: when either goes up, the figures are built again."""
    return f"{VERSION}.{catalogue_version()}"


async def apply(connection: Connection, heard: Sequence[Heard]) -> None:
    """Fold what was heard into its rows, and write what that changes in the figures: the Inbox calls this.

    Rows hear several topics, so one batch at a time: the lock is that of these tables, not of those built beside.
    """
    await connection.execute("select pg_advisory_xact_lock($1, to_regclass('figures')::oid::int)", _LOCK)
    said: list[Said] = [each.message for each in heard]
    changes = Changes()
    for grain in GRAINS:
        if addressed := grain.addressed(said):
            before = await _rows(connection, grain, {key for key, _ in addressed})
            after, told = advance(grain, before, addressed, changes)
            said.extend(told)
            await _keep(connection, grain, after)
    await _add(connection, "figures", FigureKey, changes.figures)
    await _add(connection, "spans", SpanKey, await _respanned(connection, changes.members))
    await _add(connection, "members", MemberKey, changes.members)


@cache
def _adapter(grain: Grain[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(grain.row)


async def _rows(connection: Connection, grain: Grain[Any], ids: set[str]) -> dict[str, Any]:
    rows = await connection.fetch(
        f"select id, data::text as data from {grain.table} where id = any($1::text[])", list(ids)
    )
    return {row["id"]: _adapter(grain).validate_json(row["data"]) for row in rows}


async def _keep(connection: Connection, grain: Grain[Any], rows: Mapping[str, Any]) -> None:
    if not rows:
        return
    await connection.execute(
        f"insert into {grain.table} select id, data::jsonb from unnest($1::text[], $2::text[]) as h (id, data)"
        " on conflict (id) do update set data = excluded.data",
        list(rows),
        [_adapter(grain).dump_json(row).decode() for row in rows.values()],
    )


async def _respanned(connection: Connection, changed: Counter[MemberKey]) -> Counter[SpanKey]:
    """By how much the spans of these members go up or down."""
    touched = list({(key.indicator, key.member) for key, n in changed.items() if n})
    if not touched:
        return Counter()
    rows = await connection.fetch(
        f"select {', '.join(MemberKey._fields)}, n from members"
        " where (indicator, member) in (select * from unnest($1::text[], $2::text[]))",
        *zip(*touched, strict=True),
    )
    return respanned({MemberKey(*row[:-1]): row[-1] for row in rows}, changed)


async def _add(connection: Connection, table: str, kind: type[Key], changes: Counter[Key]) -> None:
    """Add the differences, in the order of the keys."""
    changed = sorted((key, n) for key, n in changes.items() if n)
    if not changed:
        return
    keys = [list(column) for column in zip(*(key for key, _ in changed), strict=True)]
    columns = ", ".join(kind._fields)
    given = ", ".join(f"${nth}::{_TYPES.get(name, 'text')}[]" for nth, name in enumerate(kind._fields, 1))
    await connection.execute(
        f"insert into {table} as kept ({columns}, n) select * from unnest({given}, ${len(keys) + 1}::bigint[])"
        f" on conflict ({columns}) do update set n = kept.n + excluded.n",
        *keys,
        [n for _, n in changed],
    )
    if all(n > 0 for _, n in changed):
        return
    await connection.execute(
        f"delete from {table} where n = 0 and ({columns}) in (select * from unnest({given}))", *keys
    )
