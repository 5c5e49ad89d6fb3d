"""Changes of a name that wait for a second, over HTTP, and the record of names that were erased."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.referral import name_changes
from services.referral.access import DataProtection, Names, WhoKeepsNames, cities_of, require_person
from services.referral.name_changes import Erasure, NameChange, Waiting
from services.referral.persons import Person, Requester, may_confirm
from services.referral.queries.referrals import referrals_of
from services.referral.referrals.aggregate import REFERRAL
from services.referral.refusals import Refusal
from services.referral.settling import settle_roads
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commanding, Store
from shared.http.idempotency_key import READS
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["people"])


@router.get("/referrals/person-changes")
async def waiting_changes(
    caller: WhoKeepsNames, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Waiting]:
    """The changes that wait about people whose names the caller keeps, each with a referral of that person."""
    async with store.pool.acquire() as connection:
        return await name_changes.waiting(connection, caller.subject, cities_of(caller), after, limit)


@router.get("/erasures")
async def erasures(_: DataProtection, store: Store, after: After = None, limit: Limit = PAGE_ROWS) -> Page[Erasure]:
    """Which names were erased: pseudonymous id, why, who and when."""
    async with store.pool.acquire() as connection:
        return await name_changes.erasures(connection, after, limit)


@router.post("/referrals/{referral_id}/person/changes/{change_id}/look", openapi_extra=READS)
async def look_at_change(referral_id: Id, change_id: Id, caller: WhoKeepsNames, store: Store, names: Names) -> Person:
    """What a correction would make of name and contacts; the access log keeps it."""
    async with store.pool.acquire() as connection, connection.transaction():
        person_id = await require_person(connection, caller, referral_id)
        change = await _open_change(connection, change_id, person_id)
        await names.read_person(connection, person_id, caller.subject, "correction", referral_id)
        person = await names.asked_for(connection, change)
    if person is None:
        raise NotVisible
    return person


@router.post("/referrals/{referral_id}/person/changes/{change_id}/confirm", status_code=204)
async def confirm_change(
    referral_id: Id, change_id: Id, caller: WhoKeepsNames, commands: Commanding, names: Names
) -> Response:
    """Put it into effect, as the second."""

    async def write(connection: Connection) -> None:
        person_id = await require_person(connection, caller, referral_id)
        if not await name_changes.was_decided(connection, change_id, person_id, caller.subject, done=True):
            change = await _open_change(connection, change_id, person_id)
            await _require_second(connection, caller, change)
            await names.confirm(connection, change, caller.subject)
            if change.what == "erasure":
                await settle_roads(connection, commands.store, person_id, change.why, caller.subject)

    require = partial(require_person, caller=caller, referral_id=referral_id)
    return await commands.once(REFERRAL.stream(referral_id), write, status=204, recheck_access=require)


@router.delete("/referrals/{referral_id}/person/changes/{change_id}", status_code=204)
async def drop_change(referral_id: Id, change_id: Id, caller: WhoKeepsNames, commands: Commanding) -> Response:
    """Nothing comes of it."""

    async def write(connection: Connection) -> None:
        person_id = await require_person(connection, caller, referral_id)
        if not await name_changes.was_decided(connection, change_id, person_id, caller.subject, done=False):
            change = await _open_change(connection, change_id, person_id)
            await name_changes.decide(connection, change, caller.subject, done=False)

    require = partial(require_person, caller=caller, referral_id=referral_id)
    return await commands.once(REFERRAL.stream(referral_id), write, status=204, recheck_access=require)


async def _open_change(connection: Connection, change_id: str, person_id: str) -> NameChange:
    change = await name_changes.find_open(connection, change_id, person_id)
    if change is None:
        raise NotVisible
    return change


async def _require_second(connection: Connection, caller: Caller, change: NameChange) -> None:
    if caller.role is Role.DATA_PROTECTION:
        return
    referrals = await referrals_of(connection, change.person)
    if not may_confirm(referrals, change.by, Requester(caller.subject, caller.cities)):
        raise Refused(Refusal.SECOND_PERSON_NEEDED)
