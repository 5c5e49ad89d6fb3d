"""One of the processes of the crowd: `python -m tests.training.crowd URL KEY register|cancel ARGUMENT...`."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

import asyncpg

from services.training.api.desk import TRAININGS, Desk
from services.training.api.registering import register
from services.training.app import VIEWS
from services.training.commands.training import CancelRegistration
from services.training.people import People
from services.training.requests import Newcomer
from services.training.views import trainings
from shared.days import today
from shared.event_store import EventStore
from shared.sealing import Seal
from shared.web import Commands
from tests.training.conftest import newcomer


async def come(desk: Desk, number: str) -> str:
    """Somebody registers; how he stands."""
    return (await register(desk, "t-1", Newcomer(**newcomer(int(number))), today(), "public")).status


async def leave(desk: Desk, participant: str) -> str:
    """Somebody takes his registration back."""
    asked = {"at": datetime.now(UTC), "by": "public", "on": today(), "training_id": "t-1"}
    command = CancelRegistration.model_validate(asked | {"participant_id": participant})
    await desk.commands.decide(trainings.stream("t-1"), TRAININGS, command)
    return "left"


async def crowd(url: str, key: str, what: str, people: list[str]) -> list[str]:
    """All of them at once."""
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        async with pool.acquire() as connection:
            register = await People.opened(connection, Seal(key))
        desk = Desk(Commands(EventStore(pool, trainings.TYPES, [view.apply for view in VIEWS])), register)
        act = come if what == "register" else leave
        return list(await asyncio.gather(*(act(desk, each) for each in people)))


if __name__ == "__main__":
    _, url, key, what, *people = sys.argv
    sys.stdout.write(json.dumps(asyncio.run(crowd(url, key, what, people))))
