"""Safety tasks over HTTP: closed with a note that only facilitators of the organisation can read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.carousel.api.seen import WORKS, must_see, must_see_task
from services.carousel.commands import participation as ask
from services.carousel.consequences import PARTICIPATIONS, of_participation
from services.carousel.notes import Note, Notes
from services.carousel.requests import Looked
from services.carousel.views import safety_tasks
from shared.callers import Caller
from shared.days import today
from shared.decider import Outcome
from shared.event_store import Connection
from shared.requests import fields_of, stamp
from shared.terms import Id
from shared.web import READS, Commands, Done, NotVisible

_TASK = "/participations/{referral_id}/safety-tasks/{task_id}"


def add_routes(router: APIRouter, commands: Commands, notes: Notes) -> None:
    """The worklist, the closing of a task, and its note."""
    pool = commands.store.pool

    @router.get("/worklists/safety-tasks", tags=["worklists"])
    async def open_safety_tasks(caller: Caller = WORKS) -> list[safety_tasks.SafetyTask]:
        async with pool.acquire() as connection:
            return await safety_tasks.find(connection, caller, today())

    @router.post(f"{_TASK}/close", response_model=Done, tags=["safety"])
    async def close_safety_task(
        request: Request, referral_id: Id, task_id: Id, body: Looked, caller: Caller = WORKS
    ) -> Response:
        async with pool.acquire() as connection:
            await must_see_task(connection, caller, referral_id, task_id)
        command = ask.CloseSafetyTask(
            **stamp(caller), referral_id=referral_id, task_id=task_id, **fields_of(body, "note")
        )

        async def keep(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await notes.keep(connection, referral_id, task_id, body.note, caller.subject)

        return await commands.take(request, caller, of_participation(referral_id), PARTICIPATIONS, command, [keep])

    @router.post(f"{_TASK}/note/look", tags=["safety"], openapi_extra=READS)
    async def look_at_note(referral_id: Id, task_id: Id, caller: Caller = WORKS) -> Note:
        """What the facilitator found; the look is kept: who and when."""
        async with pool.acquire() as connection, connection.transaction():
            await must_see_task(connection, caller, referral_id, task_id)
            found = await notes.look(connection, referral_id, task_id, caller.subject)
        if found is None:
            raise NotVisible
        return found

    @router.delete("/participations/{referral_id}/notes", status_code=204, tags=["safety"])
    async def erase_notes(referral_id: Id, caller: Caller = WORKS) -> Response:
        """Forget every note that the caller's organisation kept about this person; the facts stay, pseudonymous."""
        async with pool.acquire() as connection, connection.transaction():
            tasks = await safety_tasks.of_person(connection, caller, referral_id)
            if not tasks:
                await must_see(connection, caller, referral_id)
            await notes.erase(connection, referral_id, tasks)
        return Response(status_code=204)
