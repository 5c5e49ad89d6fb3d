"""The same referrals through the `eventsourcing` package, each an aggregate: PostgreSQL by psycopg, 16 threads."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.append import CONNECTIONS
from bench.corpus import EVENTS, referrals
from bench.place import Place


class Referral(Aggregate):
    """Holds what happened to it, as the fold of our own would."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: list[str] = []

    @event("Recorded")
    def record(self, kind: str, data: dict[str, Any]) -> None:  # noqa: ARG002 - the event stores it
        """One event: its name, and the fields our own stores."""
        self.steps.append(kind)


async def append(place: Place) -> float:
    """Events a second: each command reads its aggregate, records one event and saves it."""
    programme = Application[Any](env=_environment(place))
    work = [(each.stream, [_plain(event) for event in each.events()]) for each in referrals(place.referrals)]

    def save_its_share(nth: int) -> None:
        for stream, events in work[nth::CONNECTIONS]:
            referral = Referral(name=stream)
            for step, (kind, data) in enumerate(events):
                if step:
                    referral = programme.repository.get(referral.id)
                referral.record(kind, data)
                programme.save(referral)

    def all_of_them() -> float:
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            began = time.perf_counter()
            list(threads.map(save_its_share, range(CONNECTIONS)))
            return place.referrals * EVENTS / (time.perf_counter() - began)

    try:
        return await asyncio.to_thread(all_of_them)
    finally:
        programme.close()


def _plain(event: Any) -> tuple[str, dict[str, Any]]:
    return type(event).__name__, event.model_dump(mode="json")


def _environment(place: Place) -> dict[str, str]:
    url = urlsplit(place.url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path.lstrip("/"),
        "POSTGRES_HOST": url.hostname or "",
        "POSTGRES_PORT": str(url.port),
        "POSTGRES_USER": url.username or "",
        "POSTGRES_PASSWORD": url.password or "",
        "POSTGRES_SCHEMA": place.schema,
        "POSTGRES_POOL_SIZE": str(CONNECTIONS),
        "POSTGRES_MAX_OVERFLOW": "0",
    }
