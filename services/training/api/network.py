"""Network events, for the coordinators of the city they are in."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, Field

from services.training import entries, links
from services.training.api.access import COORDINATES, coordinates, coordinates_or_plans, in_his_cities, reads_event
from services.training.api.desk import Body as Answer
from services.training.api.desk import Desk
from services.training.api.registers import Renewed
from services.training.commands import network as ask
from services.training.names import Contact
from services.training.requests import EVENT_STEPS, NewNetworkEvent, Told
from services.training.views import network_events
from services.training.views.network_events import stream
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id

_SPEAKERS = uuid.uuid5(uuid.NAMESPACE_DNS, "speakers.gforse.be")
Read: TypeAlias = Callable[[Connection, str, str, int], Awaitable[list[str]]]


class Listed(BaseModel):
    """Somebody on the list of a network event; nobody has a name who was erased."""

    participant: str
    name: str | None = Field(repr=False)
    other_names: tuple[str, ...] = Field(repr=False)


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _plan(router, desk)
    for path, (body_type, command_type) in EVENT_STEPS.items():
        _step(router, desk, path, body_type, command_type)
    _renew(router, desk)
    _read(router, desk)


def _plan(router: APIRouter, desk: Desk) -> None:
    @router.post("/network-events", status_code=201, response_model=Done, tags=["network events"])
    async def plan_network_event(request: Request, body: NewNetworkEvent, caller: Caller = COORDINATES) -> Response:
        in_his_cities(caller, body.city)
        at, permit = stream(body.event_id), coordinates_or_plans(caller)
        speakers = {_speaker(body.event_id, nth): Contact(name=name) for nth, name in enumerate(body.speakers)}
        command = ask.PlanNetworkEvent(**stamp(caller), **fields_of(body, "speakers"), speakers=tuple(speakers))

        async def keep(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await entries.write_speakers(connection, desk.people, at, speakers, body.on)

        taken = desk.commands.take
        return await taken(request, caller, at, desk.events, command, [keep], created=True, permit=permit)


def _speaker(event_id: str, nth: int) -> str:
    """The same plan sent twice names the same speakers."""
    return f"spk-{uuid.uuid5(_SPEAKERS, f'{event_id}/{nth}').hex}"


def _step(router: APIRouter, desk: Desk, path: str, body_type: type[BaseModel], command_type: type[Any]) -> None:
    async def answer(
        request: Request, event_id: Id, body: Annotated[BaseModel, Body()], caller: Caller = COORDINATES
    ) -> Response:
        command = command_type(**stamp(caller), event_id=event_id, **fields_of(body))
        match command:
            case ask.MoveNetworkEvent():
                in_his_cities(caller, command.city)
            case ask.HoldNetworkEvent() | ask.CorrectNetworkEvent():
                await desk.known(*command.organisations)
        at, permit = stream(event_id), coordinates(caller)
        return await desk.commands.take(request, caller, at, desk.events, command, permit=permit)

    answer.__annotations__ |= {"body": body_type, "request": Request, "caller": Caller, "event_id": Id}
    answer.__name__, answer.__doc__ = command_type.__name__, command_type.__doc__
    router.post(f"/network-events/{{event_id}}/{path}", response_model=Done, tags=["network events"])(answer)


def _renew(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/network-events/{event_id}/guests/{participant_id}/link", response_model=Renewed, tags=["network events"]
    )
    async def renew_guest_link(
        request: Request, event_id: Id, participant_id: Id, body: Told, caller: Caller = COORDINATES
    ) -> Answer:
        """A guest who lost his link is given another; no other link of his leads anywhere after that."""
        at, token = stream(event_id), links.mint()

        async def renew(connection: Connection, _: Outcome) -> None:
            await entries.renew(connection, at, participant_id, token)

        command = ask.RenewGuestLink(**stamp(caller), event_id=event_id, participant_id=participant_id, on=body.on)
        said, permit = {"token": token}, coordinates(caller)
        return await desk.answer(
            request, caller.subject, at, desk.events, command, [renew], body=lambda _: said, permit=permit
        )


def _read(router: APIRouter, desk: Desk) -> None:
    async def page(event_id: str, caller: Caller, read: Read, after: str | None, limit: int) -> Page[Listed]:
        key = key_of(after, str) or [""]
        async with desk.pool.acquire() as connection, connection.transaction():
            await reads_event(connection, caller, event_id)
            found = await read(connection, event_id, key[0], limit + 1)
            names = await desk.people.names(connection, stream(event_id), found[:limit], caller.subject, "programme")
        shown = [
            Listed(
                participant=each,
                name=names[each].name if each in names else None,
                other_names=names[each].others if each in names else (),
            )
            for each in found[:limit]
        ]
        return Page(items=shown, next=page_of(found, limit, lambda each: [each]).next)

    @router.get("/network-events/{event_id}/guests", tags=["network events"])
    async def guests(
        event_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = COORDINATES
    ) -> Page[Listed]:
        """Who said that he comes; each look at a name is kept."""
        return await page(event_id, caller, network_events.guests, after, limit)

    @router.get("/network-events/{event_id}/speakers", tags=["network events"])
    async def speakers(
        event_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = COORDINATES
    ) -> Page[Listed]:
        return await page(event_id, caller, network_events.speakers, after, limit)
