"""What is held on one professional or speaker: exported, corrected, erased."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.training.api.desk import Desk
from services.training.requests import Name
from services.training.views import network_events, registrations
from shared.callers import Caller, Role
from shared.event_store import Connection
from shared.terms import Id
from shared.web import NotVisible, allow

KEEPS = allow(Role.TRAINER, Role.COORDINATOR)


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""

    async def visible(connection: Connection, caller: Caller, person_id: str) -> None:
        """A trainer sees who registered with his organisation, a coordinator who comes to his network events."""
        if caller.role is Role.TRAINER:
            known = await registrations.known_to(connection, caller, person_id)
        else:
            known = await network_events.known_in(connection, caller.cities, person_id)
        if not known:
            raise NotVisible

    @router.get("/people/{person_id}/export", tags=["people"])
    async def export_person(person_id: Id, caller: Caller = KEEPS) -> dict[str, Any]:
        """All held on a person in this service (subject access)."""
        async with desk.pool.acquire() as connection, connection.transaction():
            await visible(connection, caller, person_id)
            held = await desk.people.export(connection, person_id, caller.subject)
            took_part = await registrations.of_person(connection, person_id)
            events = await network_events.of_person(connection, person_id)
        lines = [each.model_dump(mode="json") for each in took_part]
        return held | {"registrations": lines, "network_events": events}

    @router.put("/people/{person_id}/name", status_code=204, tags=["people"])
    async def correct_name(person_id: Id, body: Name, caller: Caller = KEEPS) -> Response:
        """A name as it should stand on a certificate."""
        async with desk.pool.acquire() as connection, connection.transaction():
            await visible(connection, caller, person_id)
            if not await desk.people.rename(connection, person_id, body.name, caller.subject):
                raise NotVisible
        return Response(status_code=204)

    @router.delete("/people/{person_id}", status_code=204, tags=["people"])
    async def erase_person(person_id: Id, caller: Caller = KEEPS) -> Response:
        """Forget name and address; the facts stay, pseudonymous."""
        async with desk.pool.acquire() as connection, connection.transaction():
            await visible(connection, caller, person_id)
            await desk.people.erase(connection, person_id)
        return Response(status_code=204)
