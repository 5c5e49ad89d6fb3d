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

META = Meta(by="public", correlation_id="crowd")


async def come(desk: httpx.AsyncClient, number: str) -> str:
    """Somebody registers; how he stands."""
    answer = await desk.post("/public/trainings/t-1/registrations", json=newcomer(int(number)), timeout=60)
    return str(answer.json()["status"])


async def leave(store: EventStore, participant: str) -> str:
    """Somebody takes his registration back."""
    command = CancelRegistration(at=now(), by="public", training_id="t-1", on=today(), participant_id=participant)
    await handle(store, TRAINING, "t-1", command, META)
    return "left"


async def crowd(url: str, home: str, what: str, people: list[str]) -> list[str]:
    """All of them at once."""
    async with served(SERVICE, url, Path(home)) as (app, desk):
        if what == "cancel":
            return list(await asyncio.gather(*(leave(app.state.store, each) for each in people)))
        return list(await asyncio.gather(*(come(desk, each) for each in people)))


if __name__ == "__main__":
    _, url, home, what, *people = sys.argv
    sys.stdout.write(json.dumps(asyncio.run(crowd(url, home, what, people))))
