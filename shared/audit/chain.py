"""The hash chain over the audit trail: an entry that is changed, taken out or put between is seen.

Entries are linked in the order of their ids as they become visible, by one process at a time, behind the requests.
What is not linked yet is not guarded yet; `verify` says how much that is. Whoever may write both tables could make
the chain anew: the log has its head every hour, and a head that was noted elsewhere is compared with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass
from typing import Any, NoReturn

import asyncpg
import structlog

from shared.eventstore.event_store import Connection

log = structlog.get_logger(__name__)

_LOCK = 7226051
_BATCH = 500
_PAUSE = 1.0
_HEAD_EVERY = 3600.0
_COLUMNS = "id, at, who, role, came_by, method, route, about, outcome, correlation"
_FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the chain says: how many entries are linked as they were, and the first place that is not, if any."""

    linked: int
    unlinked: int
    head: str
    broken_at: int | None = None
    why: str = ""


async def link(pool: asyncpg.Pool[asyncpg.Record]) -> int:
    """Link what is not linked yet, at most 500 entries; returns how many. Waits for no other process."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
            return 0
        place, digest = await _head(connection)
        rows = await connection.fetch(
            f"select {_COLUMNS} from audit_entries where not exists"
            " (select from audit_chain where entry = audit_entries.id) order by id limit $1",
            _BATCH,
        )
        links: list[tuple[int, int, bytes]] = []
        for nth, row in enumerate(rows, place + 1):
            digest = _digest(digest, nth, row)
            links.append((nth, row["id"], digest))
        await connection.executemany("insert into audit_chain (place, entry, digest) values ($1, $2, $3)", links)
        return len(links)


async def keep_linked(pool: asyncpg.Pool[asyncpg.Record]) -> NoReturn:
    """Link for ever; every hour the log has the head."""
    clock = asyncio.get_running_loop().time
    told = clock() - _HEAD_EVERY
    while True:
        try:
            linked = await link(pool)
            if clock() - told >= _HEAD_EVERY:
                await _tell_head(pool)
                told = clock()
        except Exception as error:  # noqa: BLE001 - whatever it is, what is not linked is linked later
            log.warning("audit trail is not linked", cause=type(error).__name__)
            linked = 0
        if linked < _BATCH:
            await asyncio.sleep(_PAUSE)


async def _tell_head(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    async with pool.acquire() as connection:
        place, digest = await _head(connection)
    log.info("head of the audit trail", place=place, digest=digest.hex())


async def verify(pool: asyncpg.Pool[asyncpg.Record]) -> Verdict:
    """Follow the whole chain, as it stood at one moment."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        unlinked: int = await connection.fetchval(
            "select count(*) from audit_entries where not exists"
            " (select from audit_chain where entry = audit_entries.id)"
        )
        place, digest = 0, _FIRST
        async for row in connection.cursor(
            f"select c.place, c.entry, c.digest as kept, e.* from audit_chain c left join"
            f" (select {_COLUMNS} from audit_entries) e on e.id = c.entry order by c.place",
            prefetch=_BATCH,
        ):
            why = _fault(digest, place, row)
            if why:
                return Verdict(place, unlinked, digest.hex(), row["place"], why)
            place, digest = row["place"], row["kept"]
        return Verdict(place, unlinked, digest.hex())


async def digest_at(connection: Connection, place: int) -> str | None:
    """The digest at a place, to compare with one that was noted."""
    found: bytes | None = await connection.fetchval("select digest from audit_chain where place = $1", place)
    return found.hex() if found is not None else None


def _fault(before: bytes, place: int, row: asyncpg.Record) -> str:
    if row["place"] != place + 1:
        return "a link is missing"
    if row["id"] is None:
        return "the entry is missing"
    return "" if _digest(before, row["place"], row) == row["kept"] else "the entry or its link was changed"


async def _head(connection: Connection) -> tuple[int, bytes]:
    row = await connection.fetchrow("select place, digest from audit_chain order by place desc limit 1")
    return (row["place"], row["digest"]) if row else (0, _FIRST)


def _digest(before: bytes, place: int, row: asyncpg.Record) -> bytes:
    entry: list[Any] = [place, *(row[name] for name in _COLUMNS.split(", "))]
    written = json.dumps(entry, default=lambda value: value.isoformat(), ensure_ascii=True).encode()
    return hashlib.sha256(before + written).digest()
