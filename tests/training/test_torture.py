"""Two hundred people want twenty places, from eight processes at once; then ten of those with a place leave."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import asyncpg
from cryptography.fernet import Fernet

from services.training.api.desk import TRAININGS
from services.training.domain.training import evolve, initial
from services.training.personal_data.store import People
from services.training.views import registrations, trainings
from shared.eventstore.event_store import EventStore
from shared.http.commands import Commands
from shared.privacy.encryption import FieldCipher
from tests.training.conftest import SOON, TODAY, training
from services.training.trainings.commands import OpenRegistration, PlanTraining

PROCESSES, PEOPLE, PLACES, LEAVING = 8, 200, 20, 10


async def crowd(url: str, key: str, what: str, people: list[str]) -> list[str]:
    """What every process of the crowd answers, each with its share of the people."""
    shares = [people[nth::PROCESSES] for nth in range(PROCESSES)]
    answers = await asyncio.gather(*(one(url, key, what, share) for share in shares))
    return [answer for share in answers for answer in share]


async def one(url: str, key: str, what: str, people: list[str]) -> list[str]:
    arguments = [sys.executable, "-m", "tests.training.crowd", url, key, what, *people]
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return list(json.loads(out))


async def stands(store: EventStore) -> tuple[list[str], list[str]]:
    """Who has a place and who waits, by the events; the views say the same."""
    async with store.pool.acquire() as connection:
        events = await store.read(connection, trainings.stream("t-1"))
        waiting = [line.participant for line in await registrations.waiting(connection, "t-1")]
        placed = [line.participant for line in await registrations.register(connection, "t-1")]
    roll = reduce(evolve, (event.event for event in events), initial).roll
    assert waiting == list(roll.waiting)
    assert sorted(placed) == sorted(roll.places)
    return list(roll.places), waiting


async def test_two_hundred_for_twenty_places_from_eight_processes(
    store: EventStore, database_url: str, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    key = Fernet.generate_key().decode()
    await planned(store, key)
    answers = await crowd(database_url, key, "register", [str(number) for number in range(PEOPLE)])
    assert Counter(answers) == {"registered": PLACES, "waiting": PEOPLE - PLACES}
    placed, waiting = await stands(store)
    assert (len(placed), len(waiting), len({*placed, *waiting})) == (PLACES, PEOPLE - PLACES, PEOPLE)
    assert await pool.fetchval("select count(*) from people") == PEOPLE

    await crowd(database_url, key, "cancel", placed[:LEAVING])
    after, still = await stands(store)
    assert after == [*placed[LEAVING:], *waiting[:LEAVING]]
    assert still == waiting[LEAVING:]


async def planned(store: EventStore, key: str) -> None:
    """The training, and the key of the addresses that all processes share."""
    asked: dict[str, Any] = {"at": datetime.now(UTC), "by": "trainer-1", "on": TODAY}
    plan = PlanTraining.model_validate(training(on=SOON) | asked | {"capacity": PLACES})
    async with store.pool.acquire() as connection:
        await People.opened(connection, FieldCipher(key))
    for command in (plan, OpenRegistration(**asked, training_id="t-1")):
        await Commands(store).decide(trainings.stream("t-1"), TRAININGS, command)
