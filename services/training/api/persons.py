"""What is held on one professional or speaker: exported, corrected, erased by who holds it.

A caller holds what was written for what he gives: a trainer for the trainings of his organisation in his cities, a
coordinator for the network events in his. What another organisation was told he neither sees nor changes.
The contact for data protection holds everything.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.training import erasures
from services.training.api.access import ASKS_ERASURE, HOLDS_NAMES, PROTECTS, sight_of
from services.training.api.desk import Desk, Write
from services.training.erasures import Erasure, ErasureRequest
from services.training.names import Held, Look
from services.training.requests import Name
from services.training.views import network_events, registrations
from services.training.views.registrations import Participation
from shared.eventstore import idempotency
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

_LAST = 2**63 - 1


class Export(BaseModel):
    """All that the caller holds on a person (subject access)."""

    person: str
    names: list[Held]
    looks: list[Look]
    registrations: list[Participation]
    network_events: list[str]


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _export(router, desk)
    _correct(router, desk)
    _erase(router, desk)
    _ask(router, desk)
    _record(router, desk)


async def _once(desk: Desk, request: Request, caller: Caller, person_id: str, write: Write) -> Response:
    await desk.once(request, caller.subject, f"person-{person_id}", write)
    return Response(status_code=204)


def _export(router: APIRouter, desk: Desk) -> None:
    @router.get("/people/{person_id}/export", tags=["people"])
    async def export_person(person_id: Id, caller: Caller = HOLDS_NAMES) -> Export:
        sight = sight_of(caller)
        async with desk.pool.acquire() as connection, connection.transaction():
            held = await desk.people.everything(connection, person_id, sight, caller.subject)
            if held is None:
                raise NotVisible
            took_part = await registrations.of_person(connection, person_id, sight)
            events = await network_events.of_person(connection, person_id, sight)
        return Export(
            person=person_id, names=held.names, looks=held.looks, registrations=took_part, network_events=events
        )


def _correct(router: APIRouter, desk: Desk) -> None:
    @router.put("/people/{person_id}/name", status_code=204, tags=["people"])
    async def correct_name(request: Request, person_id: Id, body: Name, caller: Caller = HOLDS_NAMES) -> Response:
        """A name as it should stand on a certificate or programme; it is confirmed by that."""

        async def correct(connection: Connection) -> None:
            if not await desk.people.rename(connection, person_id, body.name, sight_of(caller)):
                raise NotVisible

        return await _once(desk, request, caller, person_id, correct)


def _erase(router: APIRouter, desk: Desk) -> None:
    @router.delete("/people/{person_id}", status_code=204, tags=["people"])
    async def erase_person(request: Request, person_id: Id, caller: Caller = HOLDS_NAMES) -> Response:
        """Forget the name and address that the caller holds; the facts stay, pseudonymous."""

        async def erase(connection: Connection) -> None:
            streams = await desk.people.erase_in_sight(connection, person_id, sight_of(caller))
            if not streams:
                raise NotVisible
            await erasures.note(connection, person_id, streams, caller.subject)
            await idempotency.forget(connection, streams)

        return await _once(desk, request, caller, person_id, erase)


def _ask(router: APIRouter, desk: Desk) -> None:
    @router.post("/people/{person_id}/erasure-request", status_code=204, tags=["people"])
    async def request_erasure(request: Request, person_id: Id, caller: Caller = ASKS_ERASURE) -> Response:
        """A person asked to be forgotten everywhere: whoever else holds his name is told so, and erases it himself.

        The answer does not tell whether anybody else does.
        """

        async def ask(connection: Connection) -> None:
            if not await desk.people.is_held(connection, person_id, sight_of(caller)):
                raise NotVisible
            await erasures.request(connection, person_id, caller.subject)

        return await _once(desk, request, caller, person_id, ask)

    @router.get("/erasure-requests", tags=["people"])
    async def erasure_requests(
        after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = HOLDS_NAMES
    ) -> Page[ErasureRequest]:
        """Of whom the caller holds a name: erasing it is the answer."""
        key = key_of(after, str) or [""]
        async with desk.pool.acquire() as connection:
            found = await erasures.requests(connection, sight_of(caller), key[0], limit + 1)
        return page_of(found, limit, lambda each: [each.person])


def _record(router: APIRouter, desk: Desk) -> None:
    @router.get("/erasures", tags=["people"])
    async def erasures_made(
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = PROTECTS,  # noqa: ARG001 - lets him in
    ) -> Page[Erasure]:
        """Which ids were erased, by whom and when."""
        key = key_of(after, int) or [0]
        async with desk.pool.acquire() as connection:
            found = await erasures.find(connection, min(max(key[0], 0), _LAST), limit + 1)
        return page_of(found, limit, lambda each: [each.id])
