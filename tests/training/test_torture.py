"""Two hundred people want twenty places, from eight processes at once; then ten of those with a place leave."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import asyncpg

from services.training.queries import registrations
from services.training.trainings.aggregate import TRAINING
from shared.eventstore.event_store import EventStore
from tests.training.conftest import Desk

PROCESSES, PEOPLE, PLACES, LEAVING = 8, 200, 20, 10


async def crowd(url: str, home: Path, what: str, people: list[str]) -> list[str]:
    """What every process of the crowd answers, each with its share of the people."""
    shares = [people[nth::PROCESSES] for nth in range(PROCESSES)]
    answers = await asyncio.gather(*(one(url, home, what, share) for share in shares))
    return [answer for share in answers for answer in share]


async def one(url: str, home: Path, what: str, people: list[str]) -> list[str]:
    arguments = [sys.executable, "-m", "tests.training.crowd", url, str(home), what, *people]
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return list(json.loads(out.splitlines()[-1]))  # below the lines of the log


async def stands(store: EventStore) -> tuple[list[str], list[str]]:
    """Who has a place and who waits, by the events; the projections say the same."""
    async with store.pool.acquire() as connection:
        recorded = await store.read(connection, TRAINING.stream("t-1"))
        waiting = [line.participant for line in await registrations.waiting(connection, "t-1")]
        placed = [line.participant for line in await registrations.register(connection, "t-1")]
    roll = TRAINING.fold(each.event for each in recorded).roll
    assert waiting == list(roll.waiting)
    assert sorted(placed) == sorted(roll.places)
    return list(roll.places), waiting


async def test_two_hundred_for_twenty_places_from_eight_processes(
    desk: Desk, store: EventStore, database_url: str, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan(capacity=PLACES)
    answers = await crowd(database_url, desk.home, "register", [str(number) for number in range(PEOPLE)])
    assert Counter(answers) == {"registered": PLACES, "waiting": PEOPLE - PLACES}
    placed, waiting = await stands(store)
    assert (len(placed), len(waiting), len({*placed, *waiting})) == (PLACES, PEOPLE - PLACES, PEOPLE)
    assert await pool.fetchval("select count(*) from people") == PEOPLE

    await crowd(database_url, desk.home, "cancel", placed[:LEAVING])
    after, still = await stands(store)
    assert after == [*placed[LEAVING:], *waiting[:LEAVING]]
    assert still == waiting[LEAVING:]
