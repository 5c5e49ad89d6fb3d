"""The name of a person who was referred, over HTTP: read, corrected, exported and erased."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.referral import rights
from services.referral.access import ErasedBecause, Names, WhoKeepsNames, require_person
from services.referral.exports import export_person
from services.referral.name_changes import NameChange, What
from services.referral.personal_data import PersonalData
from services.referral.persons import Person, Requester, changes_alone
from services.referral.queries.referrals import referrals_of
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.schemas import AskedFor, Correction, NameAccess
from services.referral.refusals import Refusal
from services.referral.settling import settle_roads
from shared.domain.messages import JsonObject, Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import RECENTLY_SIGNED_IN
from shared.http.commands import Commanding, Commands, Store
from shared.http.idempotency_key import READS
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

WAITS: dict[int | str, JsonObject] = {202: {"model": AskedFor, "description": "it waits for a second to decide"}}
router = APIRouter(tags=["people"])


@router.post("/referrals/{referral_id}/person/look", openapi_extra=READS)
async def look_at_person(
    referral_id: Id, body: NameAccess, caller: WhoKeepsNames, store: Store, names: Names
) -> Person:
    """A name and how it may be reached; the access log keeps who, when, why.

    Of who asked that his name is not used, it is shown to give him access or to correct it only.
    """
    async with store.pool.acquire() as connection, connection.transaction():
        person_id = await require_person(connection, caller, referral_id)
        if body.why in {"intake", "contact"} and await rights.is_restricted(connection, person_id):
            raise Refused(Refusal.USE_RESTRICTED)
        return await names.read(connection, person_id, caller.subject, body.why, referral_id)


@router.get("/referrals/{referral_id}/person/export")
async def export(referral_id: Id, caller: WhoKeepsNames, store: Store, names: Names) -> JsonObject:
    """All held on a person in this service, and where else something may be held (subject access).

    The data-protection contact exports it whole; a facilitator what is of the referrals of his cities.
    """
    async with store.pool.acquire() as connection, connection.transaction():
        person_id = await require_person(connection, caller, referral_id)
        return await export_person(connection, store, names, caller, referral_id, person_id)


@router.put("/referrals/{referral_id}/person", status_code=204, responses=WAITS)
async def correct_person(
    referral_id: Id, body: Correction, caller: WhoKeepsNames, commands: Commanding, names: Names
) -> Response:
    """Correct name and contacts.

    Of a person with referrals in several cities, or of several organisations, it waits for a second (202).
    """
    return await _change(commands, names, caller, referral_id, "correction", "correction", body.person)


@router.delete("/referrals/{referral_id}/person", status_code=204, responses=WAITS, dependencies=[RECENTLY_SIGNED_IN])
async def erase_person(
    referral_id: Id, why: ErasedBecause, caller: WhoKeepsNames, commands: Commanding, names: Names
) -> Response:
    """Forget name and contacts; the events stay, pseudonymous, and that it was done is kept.

    A road that may still lead to the group ends; who is in the group is stopped there first.

    Of a person with referrals in several cities, or of several organisations, it waits for a second (202).
    """
    return await _change(commands, names, caller, referral_id, "erasure", why, None)


async def _change(
    commands: Commands,
    names: PersonalData,
    caller: Caller,
    referral_id: str,
    what: What,
    why: str,
    person: Person | None,
) -> Response:
    async def write(connection: Connection) -> dict[str, str] | None:
        person_id = await require_person(connection, caller, referral_id)
        change = NameChange(person_id, "referred", what, why, Requester(caller.subject, caller.cities))
        waits = await _make_or_ask(connection, names, caller, change, person)
        if what == "erasure" and waits is None:
            await settle_roads(connection, commands.store, person_id, why, caller.subject)
        return waits

    require = partial(require_person, caller=caller, referral_id=referral_id)
    answer = await commands.once(REFERRAL.stream(referral_id), write, status=202, recheck_access=require)
    return answer if answer.body else Response(status_code=204)


async def _make_or_ask(
    connection: Connection, names: PersonalData, caller: Caller, change: NameChange, person: Person | None
) -> dict[str, str] | None:
    """None when the change is made or there is nothing to erase, else the id of the change that waits."""
    referrals = await referrals_of(connection, change.person)
    if await names.find_person(connection, change.person, "referred") is None:
        if change.what == "correction":
            raise NotVisible
        return None
    if caller.role is Role.DATA_PROTECTION or changes_alone(referrals, caller.cities):
        await names.make(connection, change, person)
        return None
    return {"change": await names.ask(connection, change, person)}
