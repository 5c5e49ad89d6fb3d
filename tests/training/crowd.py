"""One of the processes of the crowd: `python -m tests.training.crowd URL KEY register|cancel ARGUMENT...`."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

import asyncpg
import httpx
from fastapi import FastAPI

from services.training.api import routes
from services.training.api.desk import TRAININGS
from services.training.app import VIEWS
from services.training.personal_data.store import People
from services.training.views import trainings
from shared.domain.clock import today
from shared.eventstore.event_store import EventStore
from shared.http.commands import Commands
from shared.http.idempotency_key import Answers
from shared.privacy.encryption import FieldCipher
from tests.training.conftest import newcomer
from services.training.trainings.commands import CancelRegistration


async def come(desk: httpx.AsyncClient, number: str) -> str:
    """Somebody registers; how he stands."""
    answer = await desk.post("/public/trainings/t-1/registrations", json=newcomer(int(number)))
    return str(answer.json()["status"])


async def leave(commands: Commands, participant: str) -> str:
    """Somebody takes his registration back."""
    asked = {"at": datetime.now(UTC), "by": "public", "on": today(), "training_id": "t-1"}
    command = CancelRegistration.model_validate(asked | {"participant_id": participant})
    await commands.decide(trainings.stream("t-1"), TRAININGS, command)
    return "left"


async def crowd(url: str, key: str, what: str, people: list[str]) -> list[str]:
    """All of them at once."""
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        async with pool.acquire() as connection:
            register = await People.opened(connection, FieldCipher(key))
        commands = Commands(EventStore(pool, trainings.TYPES, [view.apply for view in VIEWS]))
        if what == "cancel":
            return list(await asyncio.gather(*(leave(commands, each) for each in people)))
        app = FastAPI()
        app.state.answers = Answers.of_this_process()
        app.include_router(routes(commands, register))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk", timeout=60) as desk:
            return list(await asyncio.gather(*(come(desk, each) for each in people)))


if __name__ == "__main__":
    _, url, key, what, *people = sys.argv
    sys.stdout.write(json.dumps(asyncio.run(crowd(url, key, what, people))))
