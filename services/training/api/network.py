"""Network events, for the coordinators of the city they are in."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, Field

from services.training.api.desk import COORDINATES, EVENTS, Desk
from services.training.commands import network as ask
from services.training.people import Contact
from services.training.requests import EVENT_STEPS, NewNetworkEvent
from services.training.views import network_events
from services.training.views.network_events import stream
from shared.callers import Caller
from shared.decider import Outcome
from shared.event_store import Connection
from shared.requests import fields_of, stamp
from shared.terms import Id
from shared.web import Done, NotVisible

_SPEAKERS = uuid.uuid5(uuid.NAMESPACE_DNS, "speakers.gforse.be")


class Named(BaseModel):
    """Somebody on the list of a network event; nobody has a name who was erased."""

    participant: str
    name: str | None = Field(repr=False)


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _plan(router, desk)
    for path, (body_type, command_type) in EVENT_STEPS.items():
        _step(router, desk, path, body_type, command_type)
    _read(router, desk)


def _plan(router: APIRouter, desk: Desk) -> None:
    @router.post("/network-events", status_code=201, response_model=Done, tags=["network events"])
    async def plan_network_event(request: Request, body: NewNetworkEvent, caller: Caller = COORDINATES) -> Response:
        if body.city not in caller.cities:
            raise NotVisible
        speakers = {_speaker(body.event_id, nth): name for nth, name in enumerate(body.speakers)}
        command = ask.PlanNetworkEvent(**stamp(caller), **fields_of(body, "speakers"), speakers=tuple(speakers))

        async def keep(connection: Connection, outcome: Outcome) -> None:
            for speaker_id, name in speakers.items() if outcome.events else ():
                await desk.people.keep(connection, speaker_id, "speaker", Contact(name=name), body.on)

        taken = desk.commands.take
        return await taken(request, caller, stream(body.event_id), EVENTS, command, [keep], created=True)


def _speaker(event_id: str, nth: int) -> str:
    """The same plan sent twice names the same speakers."""
    return f"spk-{uuid.uuid5(_SPEAKERS, f'{event_id}/{nth}').hex}"


def _step(router: APIRouter, desk: Desk, path: str, body_type: type[BaseModel], command_type: type[Any]) -> None:
    async def answer(
        request: Request, event_id: Id, body: Annotated[BaseModel, Body()], caller: Caller = COORDINATES
    ) -> Response:
        await desk.coordinates_event(caller, event_id)
        await desk.known(*getattr(body, "organisations", ()))
        command = command_type(**stamp(caller), event_id=event_id, **fields_of(body))
        return await desk.commands.take(request, caller, stream(event_id), EVENTS, command)

    answer.__annotations__ |= {"body": body_type, "request": Request, "caller": Caller, "event_id": Id}
    answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
    router.post(f"/network-events/{{event_id}}/{path}", response_model=Done, tags=["network events"])(answer)


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/network-events/{event_id}/guests", tags=["network events"])
    async def guests(event_id: Id, caller: Caller = COORDINATES) -> list[Named]:
        """Who said that he comes; each look at a name is kept."""
        return await _named(desk, caller, event_id, network_events.guests)

    @router.get("/network-events/{event_id}/speakers", tags=["network events"])
    async def speakers(event_id: Id, caller: Caller = COORDINATES) -> list[Named]:
        return await _named(desk, caller, event_id, network_events.speakers)


async def _named(desk: Desk, caller: Caller, event_id: str, read: Any) -> list[Named]:  # noqa: ANN401 - a query
    await desk.coordinates_event(caller, event_id)
    async with desk.pool.acquire() as connection, connection.transaction():
        ids: list[str] = await read(connection, event_id)
        people = await desk.people.look_at(connection, ids, caller.subject, "programme")
    return [Named(participant=each, name=people[each].name if each in people else None) for each in ids]
