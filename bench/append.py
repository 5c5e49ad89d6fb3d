"""Appending at 16 connections: the bare INSERT, the append of the same facts, and the whole road of their commands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

import asyncpg

from bench.corpus import DECIDER, META, STEPS, Road, facts, roads
from bench.place import Place
from services.referral.events import ReferralEvent
from services.referral.views import cases
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import SCHEMA, ApplyFacts, Connection, EventStore
from shared.eventstore.pool import open_pool
from shared.service.wiring import create_tables

CONNECTIONS = 16
_INSERT = "insert into events (stream, version, type, data, meta, at) values ($1, $2, $3, $4, $5, $6)"
W = TypeVar("W")
_Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def decider(place: Place) -> float:
    """Facts a second through shared/decider and EventStore.append."""
    return await _commands(place, [])


async def with_views(place: Place) -> float:
    """The same, with the view of the referral service in the same transaction."""
    return await _commands(place, [cases.apply])


async def bare(place: Place) -> float:
    """Rows a second: one autocommitted INSERT a row into the same table, nothing read, nothing checked."""

    async def insert(_: EventStore, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            await connection.execute(_INSERT, *row)

    return await _written(place, insert, [list(_rows(road)) for road in roads(place.roads)])


async def append(place: Place) -> float:
    """Facts a second: each fact alone through EventStore.append at its expected version, committed before the next."""

    async def tell(store: EventStore, connection: Connection, told: tuple[Road, list[ReferralEvent]]) -> None:
        road, events = told
        for version, event in enumerate(events):
            await store.append(connection, road.stream, version, [event], META, road.commands[0].at)

    return await _written(place, tell, [(road, facts(road)) for road in roads(place.roads)])


async def _written(
    place: Place, write: Callable[[EventStore, Connection, W], Awaitable[None]], work: Sequence[W]
) -> float:
    """On 16 connections that are held throughout; `work` is what each stream is to write."""
    async with _pool(place, []) as (pool, store):

        async def all_of_its(nth: int) -> None:
            async with pool.acquire() as connection:
                for each in work[nth::CONNECTIONS]:
                    await write(store, connection, each)

        return await _rate(all_of_its, place.roads)


async def _commands(place: Place, views: Sequence[ApplyFacts]) -> float:
    work = roads(place.roads)
    async with _pool(place, views) as (_, store):

        async def tell(nth: int) -> None:
            for road in work[nth::CONNECTIONS]:
                for command in road.commands:
                    await handle(store, road.stream, DECIDER, command, META)

        return await _rate(tell, place.roads)


async def _rate(one: Callable[[int], Awaitable[None]], count: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(one(nth) for nth in range(CONNECTIONS)))
    return count * STEPS / (time.perf_counter() - began)


def _rows(road: Road) -> Iterator[tuple[Any, ...]]:
    meta, at = META.model_dump_json(), road.commands[0].at
    for version, event in enumerate(facts(road), 1):
        yield road.stream, version, type(event).__name__, event.model_dump_json(), meta, at


@asynccontextmanager
async def _pool(place: Place, views: Sequence[ApplyFacts]) -> AsyncIterator[tuple[_Pool, EventStore]]:
    async with open_pool(place.url, CONNECTIONS) as pool:
        store = EventStore(pool, cases.TYPES, views)
        await create_tables(pool, [SCHEMA, cases.SCHEMA])
        await _warm(pool)
        yield pool, store


async def _warm(pool: _Pool) -> None:
    """Open all connections before the clock runs."""
    every = [await pool.acquire() for _ in range(CONNECTIONS)]
    for connection in every:
        await pool.release(connection)
