"""Safety tasks over HTTP: closed with a note that only facilitators of the organisation can read."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from services.carousel.access import WORKS, Access, one_moment, with_access
from services.carousel.commands import participation as ask
from services.carousel.consequences import PARTICIPATIONS, of_participation, participation_of
from services.carousel.notes import Note, Notes
from services.carousel.requests import Looked
from services.carousel.views import safety_tasks
from shared.domain.clock import today
from shared.eventstore import idempotency
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.commands import Commands, Done
from shared.http.idempotency_key import READS
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id

_TASK = "/participations/{referral_id}/safety-tasks/{task_id}"


def add_routes(router: APIRouter, commands: Commands, notes: Notes) -> None:
    """The worklist, the closing of a task, and its note."""
    _worklist(router, commands)
    _closing(router, commands, notes)
    _reading(router, commands, notes)


def _worklist(router: APIRouter, commands: Commands) -> None:
    @router.get("/worklists/safety-tasks", tags=["worklists"])
    async def open_safety_tasks(
        after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = WORKS
    ) -> Page[safety_tasks.SafetyTask]:
        """The open tasks of the caller's organisation, the first due first."""
        async with one_moment(commands.store.pool) as connection:
            key = key_of(after, date, str, str)
            rows = await safety_tasks.find(connection, caller, today(), limit + 1, key)
        return page_of(rows, limit, lambda each: [each.due_on, each.referral, each.task])


def _closing(router: APIRouter, commands: Commands, notes: Notes) -> None:
    @router.post(f"{_TASK}/close", response_model=Done, tags=["safety"])
    async def close_safety_task(
        request: Request, referral_id: Id, task_id: Id, body: Looked, caller: Caller = WORKS
    ) -> Response:
        """A facilitator has looked; the note is sealed, and a task that is closed keeps the note it was closed with."""
        stream = of_participation(referral_id)
        command = ask.CloseSafetyTask(
            **stamp(caller), referral_id=referral_id, task_id=task_id, **fields_of(body, "note")
        )

        async def keep(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await notes.keep(connection, referral_id, task_id, body.note, caller.subject)
            else:
                await notes.compare(connection, referral_id, task_id, body.note)

        async def decide(access: Access) -> Response:
            permit = access.task(task_id)
            return await commands.take(request, caller, stream, PARTICIPATIONS, command, [keep], permit=permit)

        return await with_access(commands.store.pool, caller, decide)


def _reading(router: APIRouter, commands: Commands, notes: Notes) -> None:
    store = commands.store

    @router.post(f"{_TASK}/note/look", tags=["safety"], openapi_extra=READS)
    async def look_at_note(referral_id: Id, task_id: Id, caller: Caller = WORKS) -> Note:
        """What the facilitator found; the look is kept: who and when."""

        async def look(access: Access) -> Note:
            async with store.pool.acquire() as connection, connection.transaction():
                access.task(task_id)(await participation_of(connection, store, referral_id))
                found = await notes.look(connection, referral_id, task_id, caller.subject)
            if found is None:
                raise NotVisible
            return found

        return await with_access(store.pool, caller, look)

    @router.delete("/participations/{referral_id}/notes", status_code=204, tags=["safety"])
    async def erase_notes(referral_id: Id, caller: Caller = WORKS) -> Response:
        """Forget every note that the caller's organisation kept about this person; the facts stay, pseudonymous."""

        async def erase(access: Access) -> Response:
            async with store.pool.acquire() as connection, connection.transaction():
                state = await participation_of(connection, store, referral_id)
                tasks = access.tasks(state)
                if not tasks:
                    access.person(state)
                await notes.erase(connection, referral_id, tasks)
                await idempotency.forget(connection, [of_participation(referral_id)])
            return Response(status_code=204)

        return await with_access(store.pool, caller, erase)
