"""Changes of a name that wait for a second, over HTTP, and the record of names that were erased."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.referral import changes
from services.referral.api.access import KEEPS_NAMES, PROTECTS_DATA, cities_of, person_of, sees_person
from services.referral.changes import Change
from services.referral.domain.names import Asker, seconds
from services.referral.people import People, Person
from services.referral.views import cases
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commands
from shared.http.idempotency_key import READS
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """Who may decide reads them, looks at what they ask for, confirms or drops them."""
    _add_lists(router, commands)
    _add_deciding(router, commands, people)


def _add_lists(router: APIRouter, commands: Commands) -> None:
    pool = commands.store.pool

    @router.get("/referrals/person-changes", tags=["people"])
    async def waiting_changes(
        caller: Caller = KEEPS_NAMES, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[changes.Waiting]:
        """The changes that wait about people in the caller's sight, each with a referral of that person."""
        async with pool.acquire() as connection:
            return await changes.waiting(connection, caller.subject, cities_of(caller), after, limit)

    @router.get("/erasures", tags=["people"])
    async def erasures(
        _: Caller = PROTECTS_DATA, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[changes.Erasure]:
        """Which names were erased: pseudonymous id, why, who and when."""
        async with pool.acquire() as connection:
            return await changes.erasures(connection, after, limit)


def _add_deciding(router: APIRouter, commands: Commands, people: People) -> None:
    pool = commands.store.pool
    path = "/referrals/{referral_id}/person/changes/{change_id}"

    @router.post(f"{path}/look", tags=["people"], openapi_extra=READS)
    async def look_at_change(referral_id: Id, change_id: Id, caller: Caller = KEEPS_NAMES) -> Person:
        """What a correction would make of name and contacts; the look is kept."""
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            change = await _open(connection, change_id, person_id)
            await people.look(connection, person_id, caller.subject, "correction", referral_id)
            person = await people.asked_for(connection, change)
        if person is None:
            raise NotVisible
        return person

    @router.post(f"{path}/confirm", status_code=204, tags=["people"])
    async def confirm_change(
        request: Request, referral_id: Id, change_id: Id, caller: Caller = KEEPS_NAMES
    ) -> Response:
        """Put it into effect, as the second."""

        async def write(connection: Connection) -> None:
            person_id = await person_of(connection, caller, referral_id)
            if not await changes.was_decided(connection, change_id, person_id, caller.subject, done=True):
                change = await _open(connection, change_id, person_id)
                await _may_confirm(connection, caller, change)
                await people.confirm(connection, change, caller.subject)

        stream, sees = cases.stream(referral_id), sees_person(caller, referral_id)
        return await commands.once(request, caller.subject, stream, write, status=204, may_see=sees)

    @router.delete(path, status_code=204, tags=["people"])
    async def drop_change(request: Request, referral_id: Id, change_id: Id, caller: Caller = KEEPS_NAMES) -> Response:
        """Nothing comes of it."""

        async def write(connection: Connection) -> None:
            person_id = await person_of(connection, caller, referral_id)
            if not await changes.was_decided(connection, change_id, person_id, caller.subject, done=False):
                change = await _open(connection, change_id, person_id)
                await changes.decide(connection, change, caller.subject, done=False)

        stream, sees = cases.stream(referral_id), sees_person(caller, referral_id)
        return await commands.once(request, caller.subject, stream, write, status=204, may_see=sees)


async def _open(connection: Connection, change_id: str, person_id: str) -> Change:
    change = await changes.asked(connection, change_id, person_id)
    if change is None:
        raise NotVisible
    return change


async def _may_confirm(connection: Connection, caller: Caller, change: Change) -> None:
    if caller.role is Role.DATA_PROTECTION:
        return
    roads = await cases.roads_of(connection, change.person)
    if not seconds(roads, change.by, Asker(caller.subject, caller.cities)):
        raise Refused("second-person-needed")
