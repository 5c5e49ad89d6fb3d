"""Safety tasks over HTTP: closed with a note that only facilitators of the organisation can read."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.carousel.access import Access, Facilitator, SafetyNotes, Snapshot, with_access
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import CloseSafetyTask
from services.carousel.participations.schemas import SafetyCheck
from services.carousel.personal_data import Note
from services.carousel.queries import safety_tasks
from shared.domain.clock import now, today
from shared.eventstore import idempotency
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.eventstore.loading import load
from shared.http.authorization import RECENTLY_SIGNED_IN
from shared.http.commands import Commanding, Done, Store
from shared.http.idempotency_key import READS
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter()


@router.get("/worklists/safety-tasks", tags=["worklists"])
async def open_safety_tasks(caller: Facilitator, connection: Snapshot, page: Paging) -> Page[safety_tasks.SafetyTask]:
    """The open tasks of the caller's organisation, the first due first."""
    return await safety_tasks.find(connection, caller, today(), page)


@router.post("/participations/{referral_id}/safety-tasks/{task_id}/close", response_model=Done, tags=["safety"])
async def close_safety_task(
    referral_id: Id, task_id: Id, body: SafetyCheck, caller: Facilitator, commands: Commanding, notes: SafetyNotes
) -> Response:
    """A facilitator has looked; a task that is closed keeps the note it was closed with."""
    command = CloseSafetyTask(at=now(), by=caller.subject, referral_id=referral_id, task_id=task_id, on=body.on)

    async def keep(connection: Connection, outcome: Outcome) -> None:
        if outcome.events:
            await notes.keep(connection, referral_id, task_id, body.note, caller.subject)
        else:
            await notes.compare(connection, referral_id, task_id, body.note)

    async def run(access: Access) -> Response:
        return await commands.run(PARTICIPATION, referral_id, command, check_access=access.task(task_id), hooks=[keep])

    return await with_access(commands.store, caller, run)


@router.post("/participations/{referral_id}/safety-tasks/{task_id}/note/look", tags=["safety"], openapi_extra=READS)
async def read_note(referral_id: Id, task_id: Id, caller: Facilitator, store: Store, notes: SafetyNotes) -> Note:
    """What the facilitator found; the reading is kept: who and when."""

    async def read(access: Access) -> Note:
        async with store.pool.acquire() as connection, connection.transaction():
            access.task(task_id)((await load(connection, store, PARTICIPATION, referral_id))[1])
            found = await notes.read(connection, referral_id, task_id, caller.subject)
        if found is None:
            raise NotVisible
        return found

    return await with_access(store, caller, read)


@router.delete(
    "/participations/{referral_id}/notes", status_code=204, tags=["safety"], dependencies=[RECENTLY_SIGNED_IN]
)
async def erase_notes(referral_id: Id, caller: Facilitator, store: Store, notes: SafetyNotes) -> Response:
    """Forget every note that the caller's organisation kept about this person; the events stay, pseudonymous."""

    async def erase(access: Access) -> Response:
        async with store.pool.acquire() as connection, connection.transaction():
            _, state = await load(connection, store, PARTICIPATION, referral_id)
            tasks = access.tasks(state)
            if not tasks:
                access.person(state)
            await notes.erase(connection, referral_id, tasks)
            await idempotency.forget(connection, [PARTICIPATION.stream(referral_id)])
        return Response(status_code=204)

    return await with_access(store, caller, erase)
