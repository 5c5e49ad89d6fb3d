"""A tiny programme of its own for the tests of HTTP: boxes of a city are opened, filled and closed, tickets drawn."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel

from deploy.local.tokens import ensure_keys, token
from shared.domain.aggregate import Aggregate
from shared.domain.clock import now
from shared.domain.messages import Command, Event, Refused
from shared.eventstore import event_store, idempotency
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection, EventStore, event_types
from shared.eventstore.loading import load
from shared.http.application import create_app
from shared.http.auth import Caller, Role, TokenVerifier
from shared.http.authorization import allow
from shared.http.commands import Commanding, Done, Store
from shared.http.idempotency_key import READS, IdempotencyKeys
from shared.http.problems import NotVisible
from shared.observability.health import Health
from shared.service.settings import Settings
from shared.service.wiring import create_tables

CITY = "Oostende"
Worker = Annotated[Caller, allow(Role.FACILITATOR)]


class Opened(Event):
    """A box of a city."""

    city: str


class Filled(Event):
    """One thing more in it."""

    thing: int


class Closed(Event):
    """Nothing more goes in."""


class Drawn(Event):
    """A ticket was drawn from it."""

    nth: int


class OpenBox(Command):
    """Open it, with two things in it."""

    city: str


class FillBox(Command):
    """Put something in."""

    thing: int


class CloseBox(Command):
    """Close it."""


class DrawTicket(Command):
    """Draw a ticket: never the same twice."""


@dataclass(frozen=True)
class Box:
    """What a box is like."""

    city: str | None = None
    things: tuple[int, ...] = ()
    drawn: int = 0
    closed: bool = False


def evolve(state: Box, event: Event) -> Box:
    match event:
        case Opened(city=city):
            return replace(state, city=city)
        case Filled(thing=thing):
            return replace(state, things=(*state.things, thing))
        case Drawn(nth=nth):
            return replace(state, drawn=nth)
        case Closed():
            return replace(state, closed=True)
    raise AssertionError(event)


def decide(state: Box, command: Command) -> list[Event]:
    match command:
        case OpenBox(city=city):
            if state.city not in {None, city}:
                raise Refused("box-of-another-city")
            return [] if state.city else [Opened(city=city), Filled(thing=-1), Filled(thing=-2)]
        case FillBox(thing=thing):
            if state.closed or thing in state.things:
                raise Refused("box-takes-nothing")
            return [Filled(thing=thing)]
        case CloseBox():
            return [] if state.closed else [Closed()]
        case DrawTicket():
            return [Drawn(nth=state.drawn + 1)]
    raise AssertionError(command)


BOX: Aggregate[Box, Command, Event] = Aggregate("box", (Opened, Filled, Closed, Drawn), Box(), decide, evolve)


class Filling(BaseModel):
    """What goes in."""

    thing: int


class Ticket(BaseModel):
    """A ticket, told once."""

    nth: int
    ticket: str


router = APIRouter()


def ticket(outcome: Outcome) -> dict[str, Any]:
    """What is drawn, and a ticket of it that is told once."""
    [drawn] = outcome.events
    assert isinstance(drawn, Drawn)
    return {"nth": drawn.nth, "ticket": secrets.token_urlsafe(16)}


@router.post("/boxes/{box}", status_code=201, response_model=Done)
async def open_box(box: str, caller: Worker, commands: Commanding, city: str = CITY) -> Response:
    command = OpenBox(at=now(), by=caller.subject, city=city)
    return await commands.run(BOX, box, command, created=True)


@router.post("/boxes/{box}/fill", response_model=Done)
async def fill_box(box: str, body: Filling, caller: Worker, commands: Commanding) -> Response:
    def check_access(state: Box) -> None:
        if state.city not in caller.cities:
            raise NotVisible

    command = FillBox(at=now(), by=caller.subject, thing=body.thing)
    return await commands.run(BOX, box, command, check_access=check_access)


@router.post("/boxes/{box}/close", response_model=Done)
async def close_box(box: str, caller: Worker, commands: Commanding) -> Response:
    return await commands.run(BOX, box, CloseBox(at=now(), by=caller.subject))


@router.post("/boxes/{box}/tickets", response_model=Ticket)
async def draw(box: str, caller: Worker, commands: Commanding) -> Response:
    return await commands.run(BOX, box, DrawTicket(at=now(), by=caller.subject), content=ticket)


@router.post("/public/boxes/{box}/tickets", response_model=Ticket)
async def draw_in_public(box: str, body: Filling, commands: Commanding) -> Response:
    return await commands.run(BOX, box, DrawTicket(at=now(), by="public"), content=ticket)


@router.post("/public/boxes/{box}/opinions", status_code=204)
async def give_opinion(box: str, commands: Commanding) -> Response:
    async def work(connection: Connection) -> None:
        await connection.execute("insert into opinions (box) values ($1)", box)

    return await commands.once(BOX.stream(box), work, status=204)


@router.post("/boxes/{box}/opinions", response_model=Filling)
async def give_own_opinion(box: str, body: Filling, caller: Worker, commands: Commanding) -> Response:
    async def can_see(connection: Connection) -> None:
        _, state = await load(connection, commands.store, BOX, box)
        if state.city not in caller.cities:
            raise NotVisible

    async def work(connection: Connection) -> dict[str, Any]:
        await can_see(connection)
        await connection.execute("insert into opinions (box) values ($1)", box)
        return {"thing": body.thing}

    return await commands.once(BOX.stream(box), work, recheck_access=can_see)


@router.post("/public/boxes/{box}/look", openapi_extra=READS)
async def look(box: str, store: Store) -> int:
    async with store.pool.acquire() as connection:
        return (await load(connection, store, BOX, box))[0]


@dataclass
class Desk:
    """The programme over HTTP, and what stands in its database."""

    client: httpx.AsyncClient
    app: FastAPI
    store: EventStore
    home: Path
    subjects: dict[str, str] = field(default_factory=dict)

    def bearer(self, city: str = CITY, subject: str = "worker-1") -> dict[str, str]:
        return {"Authorization": f"Bearer {token(Role.FACILITATOR, 'org-1', [city], subject, home=self.home)}"}

    async def ask(
        self, path: str, key: str | bytes | None = None, body: Any = None, *, public: bool = False, **who: str
    ) -> httpx.Response:
        head: list[tuple[bytes, bytes]] = []
        if not public:
            head.append((b"authorization", self.bearer(**who)["Authorization"].encode()))
        if key is not None:
            head.append((b"idempotency-key", key if isinstance(key, bytes) else key.encode("latin-1")))
        return await self.client.post(path, headers=head, json=body)

    async def events(self, box: str) -> list[Event]:
        async with self.store.pool.acquire() as connection:
            return [each.event for each in await self.store.read(connection, f"box-{box}")]


@asynccontextmanager
async def opened(
    pool: asyncpg.Pool[asyncpg.Record], home: Path, answers: IdempotencyKeys | None = None
) -> AsyncIterator[Desk]:
    """The programme over an empty database."""
    settings = Settings()
    gate = TokenVerifier(ensure_keys(home), settings.auth_issuer, settings.auth_audience)
    store = EventStore(pool, event_types(*BOX.events))
    schemas = [event_store.SCHEMA, idempotency.SCHEMA, "create table if not exists opinions (box text)"]
    await create_tables(pool, schemas)
    app = create_app("Boxes", gate, {}, Health(), idempotency_keys=answers)
    app.state.store = store
    app.include_router(router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield Desk(client, app, store, home)
