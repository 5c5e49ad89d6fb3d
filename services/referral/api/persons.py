"""A name is looked at, exported and erased over HTTP, by those who work on the case."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.referral.api.seen import WORKS, must_see
from services.referral.people import People, Person, Why
from services.referral.views import cases
from shared.callers import Caller
from shared.event_store import Connection
from shared.terms import Id
from shared.web import READS, Commands, NotVisible


class Look(BaseModel):
    """Why a name is looked at."""

    why: Why


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """What may be done with a name."""
    pool = commands.store.pool

    async def person_of(connection: Connection, caller: Caller, referral_id: str) -> str:
        await must_see(connection, caller, referral_id)
        return await cases.person_of(connection, referral_id)

    @router.post("/referrals/{referral_id}/person/look", tags=["people"], openapi_extra=READS)
    async def look_at_person(referral_id: Id, body: Look, caller: Caller = WORKS) -> Person:
        """A name and how to reach it; the look is kept: who, when, why."""
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            found = await people.look(connection, person_id, caller.subject, body.why)
        if found is None:
            raise NotVisible
        return found

    @router.get("/referrals/{referral_id}/person/export", tags=["people"])
    async def export_person(referral_id: Id, caller: Caller = WORKS) -> dict[str, Any]:
        """All held on a person in this service, on every road of his that the caller may see (subject access)."""
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            held = await people.export(connection, person_id, caller.subject)
            roads = await cases.roads_of(connection, caller, person_id)
            facts = [fact for road in roads for fact in await commands.store.read(connection, cases.stream(road))]
        return held | {"facts": [{"what": type(f.event).__name__} | f.event.model_dump(mode="json") for f in facts]}

    @router.delete("/referrals/{referral_id}/person", status_code=204, tags=["people"])
    async def erase_person(referral_id: Id, caller: Caller = WORKS) -> Response:
        """Forget name and contacts; the facts stay, pseudonymous."""
        async with pool.acquire() as connection, connection.transaction():
            await people.erase(connection, await person_of(connection, caller, referral_id))
        return Response(status_code=204)
