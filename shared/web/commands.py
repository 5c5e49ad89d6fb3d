"""Command to answer: decides, answers with the version, and keeps the answer under its `Idempotency-Key`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared import metrics
from shared.callers import Caller
from shared.decider import Beside, Decider, Outcome, Permit, handle
from shared.event_store import Connection, EventStore, VersionConflict
from shared.idempotency import AlreadyAnswered, Asked
from shared.messages import Command, Event, Meta

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


class Done(BaseModel):
    """The answer to a command: the version of what it was asked of."""

    version: int


def meta_of(command: Command) -> Meta:
    """What is kept beside the facts of a request: who asked, and its thread."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id", "")
    return Meta(by=command.by, correlation_id=correlation)


@dataclass(slots=True)
class Commands:
    """Takes the commands of one service: stamps, decides, answers, and keeps the answer under its key."""

    store: EventStore

    async def take(
        self,
        request: Request,
        caller: Caller,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        *,
        created: bool = False,
        permit: Permit[S] | None = None,
    ) -> Response:
        """200 or 201 with the new version. `beside` writes in the transaction of the facts.

        `permit` is asked of the state that is decided on, and raises NotVisible (404).

        Raises Refused and VersionConflict (409), and Refused `idempotency-key-reused`.
        """
        asked = await self._asked(request, caller)
        status = 201 if created else 200
        if asked is None:
            outcome = await self.decide(stream, decider, command, beside, permit)
            return JSONResponse({"version": outcome.version}, status)

        async def keep(connection: Connection, outcome: Outcome) -> None:
            await asked.keep(connection, status, {"version": outcome.version})

        async with self.store.pool.acquire() as connection:
            earlier = await asked.earlier(connection)
        if earlier is None:
            try:
                outcome = await self.decide(stream, decider, command, [*beside, keep], permit)
                return JSONResponse({"version": outcome.version}, status)
            except AlreadyAnswered:
                async with self.store.pool.acquire() as connection:
                    earlier = await asked.earlier(connection)
        if earlier is None:  # its row was removed between the two looks
            raise VersionConflict(stream)
        return JSONResponse(earlier[1], earlier[0])

    async def decide(
        self,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        permit: Permit[S] | None = None,
    ) -> Outcome:
        """What the command comes to, for an answer that is more than a version."""
        outcome = await handle(self.store, stream, decider, command, meta_of(command), beside, permit)
        for event in outcome.events:
            metrics.APPENDED.labels(type(event).__name__).inc()
        return outcome

    @staticmethod
    async def _asked(request: Request, caller: Caller) -> Asked | None:
        key = request.headers.get("idempotency-key")
        if key is None:
            return None
        return Asked.of(caller.subject, key, f"{request.method} {request.url.path}", await request.body())
