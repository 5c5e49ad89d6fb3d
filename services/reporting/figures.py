"""The figures in PostgreSQL, kept up to date by differences: what the inboxes of reporting apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

from services.reporting.counting import Changes, FigureKey, MemberKey, SpanKey, advance, respanned
from services.reporting.indicators import catalogue_version
from services.reporting.rows import GRAINS
from services.reporting.rows.grain import Grain, Said
from services.reporting.rows.known import require_known
from shared.eventstore.event_store import Connection
from shared.messaging.inbox import ReceivedMessage

VERSION = 4  # of the folding: it goes up when the same messages give other rows
SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8") + "".join(
    f"create table if not exists {grain.table} (id text primary key, data jsonb not null);\n" for grain in GRAINS
)
_LOCK = 7226006
Key = TypeVar("Key", FigureKey, MemberKey, SpanKey)
_TYPES = {"month": "date", "previous": "date"}


def version() -> str:
    """Of the folding and of the catalogue: when either goes up, the figures are built again."""
    return f"{VERSION}.{catalogue_version()}"


async def apply(connection: Connection, heard: Sequence[ReceivedMessage]) -> None:
    """TopicProjection what was heard into its rows, and write what that changes in the figures: the Inbox calls this.

    Rows hear several topics, so one batch at a time: the lock is that of these tables, not of those built beside.
    Raises Refused when a message says what no figure knows how to count.
    """
    for each in heard:
        require_known(each.message)
    await connection.execute("select pg_advisory_xact_lock($1, to_regclass('figures')::oid::int)", _LOCK)
    said: list[Said] = [each.message for each in heard]
    changes = Changes()
    writes: list[_Write] = []
    for grain in GRAINS:
        if addressed := grain.addressed(said):
            before = await _rows(connection, grain, {key for key, _ in addressed})
            after, told = advance(grain, before, addressed, changes)
            said.extend(told)
            writes += _kept(grain, after)
    writes += _added("figures", FigureKey, changes.figures)
    writes += _added("spans", SpanKey, await _respanned(connection, changes.members))
    writes += _added("members", MemberKey, changes.members)
    await _write(connection, writes)


class _Write(NamedTuple):
    """A statement with one parameter, and one that follows it where something went down to nothing."""

    statement: str
    given: str
    sweep: str = ""


async def _write(connection: Connection, writes: Sequence[_Write]) -> None:
    """Everything that a batch changes, in one round trip; each table is written once."""
    if writes:
        parts = ", ".join(f"_{nth} as ({each.statement.format(f'${nth}')})" for nth, each in enumerate(writes, 1))
        await connection.execute(f"with {parts} select", *(each.given for each in writes))
    for each in writes:
        if each.sweep:
            await connection.execute(each.sweep.format("$1"), each.given)


@cache
def _by_id(grain: Grain[Any]) -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[str, grain.row])  # type: ignore[name-defined]


async def _rows(connection: Connection, grain: Grain[Any], ids: set[str]) -> dict[str, Any]:
    found = await connection.fetchval(
        f"select json_object_agg(id, data)::text from {grain.table} where id = any($1)", list(ids)
    )
    return read(grain, found or "{}")


def read(grain: Grain[Any], stored: str) -> dict[str, Any]:
    """Rows by id, from JSON; what a later version added to them is left out."""
    return _by_id(grain).validate_json(stored, extra="ignore")


def written(grain: Grain[Any], rows: dict[str, Any]) -> str:
    """The same as JSON."""
    return _by_id(grain).dump_json(rows).decode()


def _kept(grain: Grain[Any], rows: dict[str, Any]) -> Iterator[_Write]:
    if rows:
        yield _Write(
            f"insert into {grain.table} select key, value from jsonb_each({{}})"
            " on conflict (id) do update set data = excluded.data",
            written(grain, rows),
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


def _added(table: str, kind: type[Key], changes: Counter[Key]) -> Iterator[_Write]:
    """Add the differences, in the order of the keys."""
    changed = sorted((key, n) for key, n in changes.items() if n)
    if not changed:
        return
    columns = ", ".join(kind._fields)
    typed = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in kind._fields)
    given = f"json_to_recordset({{}}) as given ({typed}, n bigint)"
    yield _Write(
        f"insert into {table} as kept ({columns}, n) select * from {given}"
        f" on conflict ({columns}) do update set n = kept.n + excluded.n",
        to_json([{**key._asdict(), "n": n} for key, n in changed]).decode(),
        f"delete from {table} where n = 0 and ({columns}) in (select {columns} from {given})"
        if any(n < 0 for _, n in changed)
        else "",
    )
