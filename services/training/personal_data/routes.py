"""What is held on one professional or speaker: exported, corrected, erased by who holds it.

A caller holds what was written for what he gives: a trainer for the trainings of his organisation in his cities, a
coordinator for the network events in his. What another organisation was told he neither sees nor changes.
The contact for data protection holds everything.
"""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.training.access import DataProtection, ErasureAsker, NameHolder, Persons, Reading, name_access
from services.training.personal_data import erasures
from services.training.personal_data.erasures import Erasure, ErasureRequest
from services.training.personal_data.names import Held, Look
from services.training.queries import network_events, registrations
from services.training.queries.registrations import Participation
from shared.domain.bounds import Line
from shared.domain.messages import Message
from shared.eventstore import idempotency
from shared.eventstore.event_store import Connection
from shared.http.commands import Commanding
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["people"])


class Name(Message):
    """A name as it should be."""

    name: Line = Field(repr=False)


class Export(BaseModel):
    """All that the caller holds on a person (subject access)."""

    person: str
    names: list[Held]
    looks: list[Look]
    registrations: list[Participation]
    network_events: list[str]


@router.get("/people/{person_id}/export")
async def export_person(person_id: Id, caller: NameHolder, connection: Reading, people: Persons) -> Export:
    """Every name of his, who looked at one, and what he took part in."""
    access = name_access(caller)
    if not await people.held_by(connection, person_id, access):
        raise NotVisible
    names, looks = await people.everything(connection, person_id, access, caller.subject)
    return Export(
        person=person_id,
        names=names,
        looks=looks,
        registrations=await registrations.of_person(connection, person_id, access),
        network_events=await network_events.of_person(connection, person_id, access),
    )


@router.put("/people/{person_id}/name", status_code=204)
async def correct_name(
    person_id: Id, body: Name, caller: NameHolder, commands: Commanding, people: Persons
) -> Response:
    """A name as it should stand on a certificate or programme; it is confirmed by that."""

    async def correct(connection: Connection) -> None:
        if not await people.rename(connection, person_id, body.name, name_access(caller)):
            raise NotVisible

    return await commands.once(f"person-{person_id}", correct, status=204)


@router.delete("/people/{person_id}", status_code=204)
async def erase_person(person_id: Id, caller: NameHolder, commands: Commanding, people: Persons) -> Response:
    """Forget the name and address that the caller holds; the events stay, pseudonymous."""

    async def erase(connection: Connection) -> None:
        streams = await people.erase_accessible(connection, person_id, name_access(caller))
        if not streams:
            raise NotVisible
        await erasures.note(connection, person_id, streams, caller.subject)
        await idempotency.forget(connection, streams)

    return await commands.once(f"person-{person_id}", erase, status=204)


@router.post("/people/{person_id}/erasure-request", status_code=204)
async def request_erasure(person_id: Id, caller: ErasureAsker, commands: Commanding, people: Persons) -> Response:
    """A person asked to be forgotten everywhere: whoever else holds his name is told so, and erases it himself.

    The answer does not tell whether anybody else does.
    """

    async def ask(connection: Connection) -> None:
        if not await people.held_by(connection, person_id, name_access(caller)):
            raise NotVisible
        await erasures.request(connection, person_id, caller.subject)

    return await commands.once(f"person-{person_id}", ask, status=204)


@router.get("/erasure-requests")
async def erasure_requests(caller: NameHolder, connection: Reading, paging: Paging) -> Page[ErasureRequest]:
    """Of whom the caller holds a name: erasing it is the answer."""
    found = await erasures.requests(connection, name_access(caller), paging.key("")[0], paging.rows)
    return paging.page(found, lambda each: [each.person])


@router.get("/erasures")
async def erasures_made(_: DataProtection, connection: Reading, paging: Paging) -> Page[Erasure]:
    """Which ids were erased, by whom and when."""
    found = await erasures.find(connection, paging.key(0)[0], paging.rows)
    return paging.page(found, lambda each: [each.id])
