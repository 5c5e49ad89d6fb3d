"""Appending at 16 connections: the road of a command, with and without views, and the bare INSERT of its rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg

from bench.corpus import DECIDER, META, STEPS, Road, facts, roads
from bench.place import Place
from services.referral.views import cases
from shared.decider import handle
from shared.event_store import SCHEMA, ApplyFacts, EventStore
from shared.service import create_tables

CONNECTIONS = 16
_INSERT = "insert into events (stream, version, type, data, meta, at) values ($1, $2, $3, $4, $5, $6)"
_Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def decider(place: Place) -> float:
    """Facts a second through shared/decider and EventStore.append."""
    return await _commands(place, [])


async def with_views(place: Place) -> float:
    """The same, with the view of the referral service in the same transaction."""
    return await _commands(place, [cases.apply])


async def bare(place: Place) -> float:
    """Rows a second: one autocommitted INSERT a row into the same table, nothing read, nothing checked."""
    work = [list(_rows(road)) for road in roads(place.roads)]
    async with _pool(place, []) as (pool, _):

        async def insert(nth: int) -> None:
            async with pool.acquire() as connection:
                for rows in work[nth::CONNECTIONS]:
                    for row in rows:
                        await connection.execute(_INSERT, *row)

        return await _rate(insert, place.roads)


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
    async with asyncpg.create_pool(place.url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        store = EventStore(pool, cases.TYPES, views)
        await create_tables(pool, [SCHEMA, cases.SCHEMA])
        yield pool, store
