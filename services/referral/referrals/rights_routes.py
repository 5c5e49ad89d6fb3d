"""Rights of a person who was referred, beside correcting and erasing: a page to read, restriction, keeping longer."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.referral import rights
from services.referral.access import KeepDays, Names, WhoKeepsNames, cities_of, require_person
from services.referral.exports import export_person, readable
from services.referral.queries import referrals
from services.referral.queries.referrals import DuePerson
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.schemas import KeepLonger, Restrict
from shared.domain.clock import today
from shared.eventstore.event_store import Connection
from shared.http.commands import Commanding, Store
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.i18n.code_lists import Id
from shared.i18n.text import preferred_language

router = APIRouter(tags=["people"])


@router.get("/referrals/{referral_id}/person/export/page", response_class=HTMLResponse)
async def export_to_read(
    referral_id: Id, request: Request, caller: WhoKeepsNames, store: Store, names: Names
) -> HTMLResponse:
    """The export as a page that a person can read, in the language of `Accept-Language`."""
    async with store.pool.acquire() as connection, connection.transaction():
        person_id = await require_person(connection, caller, referral_id)
        exported = await export_person(connection, store, names, caller, referral_id, person_id)
    return HTMLResponse(readable(exported, preferred_language(request.headers.get("accept-language"))))


@router.post("/referrals/{referral_id}/person/restriction", status_code=204)
async def restrict_use(referral_id: Id, body: Restrict, caller: WhoKeepsNames, commands: Commanding) -> Response:
    """The name is kept and not used (article 18): nobody looks at it for an intake or to reach the person."""

    async def write(connection: Connection) -> None:
        person_id = await require_person(connection, caller, referral_id)
        await rights.restrict(connection, person_id, body.why, caller.subject)

    require = partial(require_person, caller=caller, referral_id=referral_id)
    return await commands.once(REFERRAL.stream(referral_id), write, status=204, recheck_access=require)


@router.delete("/referrals/{referral_id}/person/restriction", status_code=204)
async def lift_restriction(referral_id: Id, caller: WhoKeepsNames, commands: Commanding) -> Response:
    """The name may be used again; that it was restricted stays recorded."""

    async def write(connection: Connection) -> None:
        await rights.lift(connection, await require_person(connection, caller, referral_id), caller.subject)

    require = partial(require_person, caller=caller, referral_id=referral_id)
    return await commands.once(REFERRAL.stream(referral_id), write, status=204, recheck_access=require)


@router.get("/referrals/retention-due")
async def kept_too_long(
    caller: WhoKeepsNames, store: Store, names: Names, days: KeepDays, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[DuePerson]:
    """Whose name is kept longer than it should be: somebody keeps it longer, with a reason, or erases it."""
    async with store.pool.acquire() as connection:
        due = await names.due(connection, days)
        return await referrals.due_people(connection, due, cities_of(caller), after, limit)


@router.post("/referrals/{referral_id}/person/keep", status_code=204)
async def keep_longer(referral_id: Id, body: KeepLonger, caller: WhoKeepsNames, commands: Commanding) -> Response:
    """The name is not proposed before that day; who decided it and why is kept."""
    rights.require_later(body.until, today())

    async def write(connection: Connection) -> None:
        person_id = await require_person(connection, caller, referral_id)
        await rights.keep_until(connection, person_id, body.until, body.why, caller.subject)

    require = partial(require_person, caller=caller, referral_id=referral_id)
    return await commands.once(REFERRAL.stream(referral_id), write, status=204, recheck_access=require)
