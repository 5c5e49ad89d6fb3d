"""The name of a person who was referred, over HTTP: looked at, corrected, exported and erased."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.referral import changes
from services.referral.api.access import KEEPS_NAMES, person_of, sees_person
from services.referral.changes import Change, WhyErase
from services.referral.domain.names import Asker, alone
from services.referral.people import People, Person, Why
from services.referral.views import cases
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commands
from shared.http.idempotency_key import READS
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id


class Look(Message):
    """Why a name is looked at."""

    why: Why


class Correction(Message):
    """What is to be known of a person, whole."""

    person: Person = Field(repr=False)


class AskedFor(BaseModel):
    """The change that waits until a second decides on it."""

    change: str


WAITS: dict[int | str, dict[str, Any]] = {202: {"model": AskedFor, "description": "it waits for a second to decide"}}
ErasedBecause = Annotated[WhyErase, Query(description="why the name is erased")]


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """What may be done with a name."""
    _add_reading(router, commands, people)
    _add_changing(router, commands, people)


def _add_reading(router: APIRouter, commands: Commands, people: People) -> None:
    pool = commands.store.pool

    @router.post("/referrals/{referral_id}/person/look", tags=["people"], openapi_extra=READS)
    async def look_at_person(referral_id: Id, body: Look, caller: Caller = KEEPS_NAMES) -> Person:
        """A name and how to reach it; the look is kept: who, when, why."""
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            found = await people.look(connection, person_id, caller.subject, body.why, referral_id)
        if found is None:
            raise NotVisible
        return found

    @router.get("/referrals/{referral_id}/person/export", tags=["people"])
    async def export_person(referral_id: Id, caller: Caller = KEEPS_NAMES) -> dict[str, Any]:
        """All held on a person in this service (subject access).

        The data-protection contact exports it whole; a facilitator what is on the roads in his sight.
        """
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            return await _exported(connection, commands, people, caller, person_id, referral_id)


async def _exported(
    connection: Connection, commands: Commands, people: People, caller: Caller, person_id: str, through: str
) -> dict[str, Any]:
    whole = caller.role is Role.DATA_PROTECTION
    roads = await cases.roads_of(connection, person_id)
    seen = [road.referral for road in roads if whole or road.city in caller.cities]
    facts = [fact for road in seen for fact in await commands.store.read(connection, cases.stream(road))]
    return {
        **await people.export(connection, person_id, caller.subject, through, None if whole else seen),
        "changes": [
            told.model_dump(mode="json")
            for told in await changes.about(connection, person_id)
            if whole or told.decided_at is None
        ],
        "facts": [
            {"what": type(fact.event).__name__, "recorded_at": fact.at.isoformat(), "recorded_by": fact.meta.by}
            | fact.event.model_dump(mode="json")
            for fact in facts
        ],
    }


def _add_changing(router: APIRouter, commands: Commands, people: People) -> None:
    async def change(
        request: Request, referral_id: str, caller: Caller, what: changes.What, why: str, person: Person | None
    ) -> Response:
        async def write(connection: Connection) -> dict[str, str] | None:
            person_id = await person_of(connection, caller, referral_id)
            roads = await cases.roads_of(connection, person_id)
            asker = Asker(caller.subject, caller.cities)
            asked = Change(changes.new_id(), person_id, "referred", what, why, asker)
            if await people.held(connection, person_id, "referred") is None:
                if what == "correction":
                    raise NotVisible
                return None
            if caller.role is Role.DATA_PROTECTION or alone(roads, caller.cities):
                await people.make(connection, asked, person)
                return None
            return {"change": await people.ask(connection, asked, person)}

        stream, sees = cases.stream(referral_id), sees_person(caller, referral_id)
        answer = await commands.once(request, caller.subject, stream, write, status=202, may_see=sees)
        return answer if answer.body else Response(status_code=204)

    @router.put("/referrals/{referral_id}/person", status_code=204, responses=WAITS, tags=["people"])
    async def correct_person(
        request: Request, referral_id: Id, body: Correction, caller: Caller = KEEPS_NAMES
    ) -> Response:
        """Correct name and contacts.

        Of a person with roads in several cities, or of several organisations, it waits for a second (202).
        """
        return await change(request, referral_id, caller, "correction", "correction", body.person)

    @router.delete("/referrals/{referral_id}/person", status_code=204, responses=WAITS, tags=["people"])
    async def erase_person(
        request: Request, referral_id: Id, why: ErasedBecause, caller: Caller = KEEPS_NAMES
    ) -> Response:
        """Forget name and contacts; the facts stay, pseudonymous, and that it was done is kept.

        Of a person with roads in several cities, or of several organisations, it waits for a second (202).
        """
        return await change(request, referral_id, caller, "erasure", why, None)
