"""Appending at 16 connections: the bare INSERT, the append of the same events, and the handling of their commands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

import asyncpg

from bench.corpus import EVENTS, META, SyntheticReferral, referrals
from bench.place import Place, open_store
from services.referral.projections import cases
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.events import ReferralEvent
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.pool import open_pool
from shared.projections.inline import Projection

CONNECTIONS = 16
_INSERT = "insert into events (stream, version, type, data, meta, at) values ($1, $2, $3, $4, $5, $6)"
W = TypeVar("W")
_Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def command(place: Place) -> float:
    """Events a second through the command handler."""
    return await _commands(place, [])


async def with_projection(place: Place) -> float:
    """The same, with a projection of the referral service in the same transaction."""
    return await _commands(place, [cases.PROJECTION])


async def bare(place: Place) -> float:
    """Rows a second: one autocommitted INSERT a row into the same table, nothing read, nothing checked."""

    async def insert(_: EventStore, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            await connection.execute(_INSERT, *row)

    return await _written(place, insert, [list(_rows(referral)) for referral in referrals(place.referrals)])


async def append(place: Place) -> float:
    """Events a second, each alone through EventStore.append at its expected version, committed before the next."""

    async def append_each(
        store: EventStore, connection: Connection, work: tuple[SyntheticReferral, list[ReferralEvent]]
    ) -> None:
        referral, events = work
        for version, event in enumerate(events):
            await store.append(connection, referral.stream, version, [event], META, referral.commands[0].at)

    return await _written(place, append_each, [(each, each.events()) for each in referrals(place.referrals)])


async def _written(
    place: Place, write: Callable[[EventStore, Connection, W], Awaitable[None]], work: Sequence[W]
) -> float:
    """On 16 connections that are held throughout; `work` is what each stream is to write."""
    async with _store(place, []) as (pool, store):

        async def write_its_share(nth: int) -> None:
            async with pool.acquire() as connection:
                for each in work[nth::CONNECTIONS]:
                    await write(store, connection, each)

        return await _rate(write_its_share, place.referrals)


async def _commands(place: Place, projections: Sequence[Projection]) -> float:
    work = referrals(place.referrals)
    async with _store(place, projections) as (_, store):

        async def handle_its_share(nth: int) -> None:
            for referral in work[nth::CONNECTIONS]:
                for each in referral.commands:
                    await handle(store, REFERRAL, referral.id, each, META)

        return await _rate(handle_its_share, place.referrals)


async def _rate(share: Callable[[int], Awaitable[None]], count: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(share(nth) for nth in range(CONNECTIONS)))
    return count * EVENTS / (time.perf_counter() - began)


def _rows(referral: SyntheticReferral) -> Iterator[tuple[Any, ...]]:
    meta, at = META.model_dump_json(), referral.commands[0].at
    for version, event in enumerate(referral.events(), 1):
        yield referral.stream, version, type(event).__name__, event.model_dump_json(), meta, at


@asynccontextmanager
async def _store(place: Place, projections: Sequence[Projection]) -> AsyncIterator[tuple[_Pool, EventStore]]:
    async with open_pool(place.url, CONNECTIONS) as pool:
        store = await open_store(pool, projections)
        await _open_connections(pool)
        yield pool, store


async def _open_connections(pool: _Pool) -> None:
    """Open all of them before the clock runs."""
    every = [await pool.acquire() for _ in range(CONNECTIONS)]
    for connection in every:
        await pool.release(connection)
