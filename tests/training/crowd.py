"""One of the processes of the crowd: `python -m tests.training.crowd URL HOME register|cancel ARGUMENT...`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx

from services.training.app import SERVICE
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import CancelRegistration
from shared.domain.clock import now, today
from shared.domain.messages import Meta
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore
from tests.serving import served
from tests.training.conftest import newcomer

BUSY = 503
AT_ONCE = 4
META = Meta(by="public", correlation_id="crowd")


async def come(desk: httpx.AsyncClient, number: str) -> str:
    """Somebody registers, again under the same key while the service has no time for him; how he stands."""
    key = {"Idempotency-Key": f"somebody of the crowd {number}"}
    at, body = "/public/trainings/t-1/registrations", newcomer(int(number))
    while (answer := await desk.post(at, json=body, headers=key, timeout=None)).status_code == BUSY:
        pass
    return str(answer.json()["status"])


async def leave(store: EventStore, participant: str) -> str:
    """Somebody takes his registration back."""
    command = CancelRegistration(at=now(), by="public", training_id="t-1", on=today(), participant_id=participant)
    await handle(store, TRAINING, "t-1", command, META)
    return "left"


async def crowd(url: str, home: str, what: str, people: list[str]) -> list[str]:
    """All of them at once."""
    some = asyncio.Semaphore(AT_ONCE)
    async with served(SERVICE, url, Path(home)) as (app, desk):

        async def one(person: str) -> str:
            async with some:
                return await (leave(app.state.store, person) if what == "cancel" else come(desk, person))

        return list(await asyncio.gather(*map(one, people)))


if __name__ == "__main__":
    _, url, home, what, *people = sys.argv
    sys.stdout.write(json.dumps(asyncio.run(crowd(url, home, what, people))))
