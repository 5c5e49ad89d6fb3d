"""What is held on one professional or speaker: exported, corrected, erased by who holds it.

A caller holds what was written for what he gives: a trainer for the trainings of his organisation in his cities, a
coordinator for the network events in his. What another organisation was told he neither sees nor changes.
The contact for data protection holds everything.
"""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from services.training.access import DataProtection, ErasureAsker, NameHolder, Persons, Reading, name_access
from services.training.documents import subject_access
from services.training.newcomers import Email
from services.training.personal_data import erasures
from services.training.personal_data.erasures import Erasure, ErasureRequest
from services.training.personal_data.export import Export, gather
from services.training.personal_data.settling import settle
from services.training.printing import prints
from shared.domain.bounds import Line
from shared.domain.messages import Message
from shared.eventstore import idempotency
from shared.eventstore.event_store import Connection
from shared.http.authorization import RECENTLY_SIGNED_IN
from shared.http.commands import Commanding
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id
from shared.i18n.text import Language

router = APIRouter(tags=["people"])


class Name(Message):
    """A name as it should be, and the address where that was wrong too."""

    name: Line = Field(repr=False)
    email: Email | None = Field(default=None, repr=False)


class Use(Message):
    """Whether what is held of somebody is not to be used."""

    restricted: bool


@router.get("/people/{person_id}/export")
async def export_person(person_id: Id, caller: NameHolder, connection: Reading, people: Persons) -> Export:
    """Every name of his, who looked at one, what he took part in and what stands of him there, for a machine."""
    return await gather(connection, people, person_id, name_access(caller), caller.subject)


@router.get("/people/{person_id}/export.html", response_class=HTMLResponse)
async def export_person_to_read(
    person_id: Id, caller: NameHolder, connection: Reading, people: Persons, language: Language = "nl"
) -> HTMLResponse:
    """The same as a page to hand over."""
    export = await gather(connection, people, person_id, name_access(caller), caller.subject)
    head = {"Content-Disposition": 'attachment; filename="export.html"', "Cache-Control": "no-store"}
    return HTMLResponse(await run_in_threadpool(subject_access.page, export, language), headers=head)


@router.put("/people/{person_id}/name", status_code=204)
async def correct_name(
    person_id: Id, body: Name, caller: NameHolder, commands: Commanding, people: Persons
) -> Response:
    """A name as it should stand on a certificate or programme, confirmed by that, and a wrong address."""
    prints(name=body.name)

    async def correct(connection: Connection) -> None:
        if not await people.rename(connection, person_id, body.name, body.email, name_access(caller)):
            raise NotVisible

    return await commands.once(f"person-{person_id}", correct, status=204)


@router.delete("/people/{person_id}", status_code=204, dependencies=[RECENTLY_SIGNED_IN])
async def erase_person(person_id: Id, caller: NameHolder, commands: Commanding, people: Persons) -> Response:
    """Forget the name and address that the caller holds, and take back what is to come; events stay, pseudonymous."""

    async def erase(connection: Connection) -> None:
        streams = await people.erase_accessible(connection, person_id, name_access(caller))
        if not streams:
            raise NotVisible
        settled = await settle(connection, commands.store, person_id, streams, caller.subject)
        await erasures.note(connection, person_id, streams, settled, caller.subject)
        await idempotency.forget(connection, streams)

    return await commands.once(f"person-{person_id}", erase, status=204)


@router.put("/people/{person_id}/restriction", status_code=204)
async def restrict_use(person_id: Id, body: Use, caller: NameHolder, commands: Commanding, people: Persons) -> Response:
    """What the caller holds is kept and not used, or used again: on no list, no sheet and no certificate (art. 18)."""

    async def restrict(connection: Connection) -> None:
        access = name_access(caller)
        streams = await people.restrict(connection, person_id, access, restricted=body.restricted)
        if not streams:
            raise NotVisible
        by = caller.subject
        await erasures.note_restriction(connection, person_id, streams, by, restricted=body.restricted)

    return await commands.once(f"person-{person_id}", restrict, status=204)


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
