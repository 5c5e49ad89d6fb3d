"""People who refer, over HTTP: registered, and their names read, corrected, exported and erased."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.referral import exports, rights
from services.referral.access import (
    Coordinator,
    ErasedBecause,
    Names,
    WhoKeepsReferrers,
    cities_of,
    coordinates,
    require_own_id,
    require_referrer,
)
from services.referral.name_changes import NameChange
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.organisations.commands import RegisterReferrer
from services.referral.organisations.schemas import NamedReferrer, NewReferrer
from services.referral.personal_data import PersonalData, referrer_key
from services.referral.persons import Person, Requester
from services.referral.queries import organisations
from services.referral.queries.organisations import Referrer
from services.referral.referrals.schemas import NameAccess
from services.referral.refusals import Refusal
from shared.domain.clock import day_in_belgium, now
from shared.domain.messages import JsonObject, Refused, id_not_available
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.authorization import RECENTLY_SIGNED_IN
from shared.http.commands import Commanding, Commands, Done, Store
from shared.http.idempotency_key import READS
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter()


@router.post("/referrers", status_code=201, response_model=Done, tags=["register"])
async def register_referrer(body: NewReferrer, caller: Coordinator, commands: Commanding, names: Names) -> Response:
    """For an organisation of one of the caller's cities. Once registered, he is corrected, not registered again."""
    command = RegisterReferrer(
        at=now(), by=caller.subject, referrer_id=body.referrer_id, organisation_id=body.organisation_id
    )
    keep = partial(_keep_name, names, command, Person(name=body.name, email=body.email))
    return await commands.run(
        ORGANISATION, body.organisation_id, command, check_access=coordinates(caller), hooks=[keep], created=True
    )


async def _keep_name(
    names: PersonalData, command: RegisterReferrer, person: Person, connection: Connection, outcome: Outcome
) -> None:
    await require_own_id(connection, command.referrer_id, command.organisation_id)
    if outcome.events:
        since = day_in_belgium(command.at)
        kept = await names.add_person(connection, command.referrer_id, "referrer", person, since)
    else:
        kept = await names.find_person(connection, command.referrer_id, "referrer") == person
    if not kept:
        raise id_not_available()


@router.get("/referrers", tags=["register"])
async def known_referrers(
    caller: WhoKeepsReferrers, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Referrer]:
    """Who refers for an organisation of the caller's cities, without a name."""
    async with store.pool.acquire() as connection:
        return await organisations.known_referrers(connection, cities_of(caller), after, limit)


@router.post("/referrers/{referrer_id}/look", tags=["people"], openapi_extra=READS)
async def look_at_referrer(
    referrer_id: Id, body: NameAccess, caller: WhoKeepsReferrers, store: Store, names: Names
) -> NamedReferrer:
    """A name and how to reach it; the access log keeps who, when, why."""
    async with store.pool.acquire() as connection, connection.transaction():
        await require_referrer(connection, caller, referrer_id)
        if body.why in {"intake", "contact"} and await rights.is_restricted(connection, referrer_id):
            raise Refused(Refusal.USE_RESTRICTED)
        found = await names.read(connection, referrer_id, caller.subject, body.why, referrer_id)
    return NamedReferrer(name=found.name, email=found.email)


@router.get("/referrers/{referrer_id}/export", tags=["people"])
async def export_referrer(referrer_id: Id, caller: WhoKeepsReferrers, store: Store, names: Names) -> JsonObject:
    """All held on a referrer in this service (subject access).

    Which referrals he made, the data-protection contact exports: a coordinator sees no case.
    """
    async with store.pool.acquire() as connection, connection.transaction():
        organisation = await require_referrer(connection, caller, referrer_id)
        return await exports.export_referrer(connection, names, caller, referrer_id, organisation)


@router.put("/referrers/{referrer_id}", status_code=204, tags=["people"])
async def correct_referrer(
    referrer_id: Id, body: NamedReferrer, caller: WhoKeepsReferrers, commands: Commanding, names: Names
) -> Response:
    """Correct name and address."""
    by = Requester(caller.subject, caller.cities)
    change = NameChange(referrer_id, "referrer", "correction", "correction", by)
    return await _change(commands, names, caller, change, Person(name=body.name, email=body.email))


@router.delete("/referrers/{referrer_id}", status_code=204, tags=["people"], dependencies=[RECENTLY_SIGNED_IN])
async def erase_referrer(
    referrer_id: Id, why: ErasedBecause, caller: WhoKeepsReferrers, commands: Commanding, names: Names
) -> Response:
    """Forget name and address; the events stay, pseudonymous, and that it was done is kept."""
    change = NameChange(referrer_id, "referrer", "erasure", why, Requester(caller.subject, caller.cities))
    return await _change(commands, names, caller, change, None)


async def _change(
    commands: Commands, names: PersonalData, caller: Caller, change: NameChange, person: Person | None
) -> Response:
    async def write(connection: Connection) -> None:
        await require_referrer(connection, caller, change.person)
        if not await names.make(connection, change, person) and person:
            raise NotVisible

    require = partial(require_referrer, caller=caller, referrer_id=change.person)
    return await commands.once(referrer_key(change.person), write, status=204, recheck_access=require)
