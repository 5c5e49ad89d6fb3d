"""Rights of a person who refers, beside correcting and erasing: a page to read, restriction, keeping longer."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.referral import rights
from services.referral.access import KeepDays, Names, WhoKeepsReferrers, cities_of, require_referrer
from services.referral.exports import export_referrer, readable
from services.referral.personal_data import referrer_key
from services.referral.queries import organisations
from services.referral.queries.organisations import Referrer
from services.referral.referrals.schemas import KeepLonger, Restrict
from shared.domain.clock import today
from shared.eventstore.event_store import Connection
from shared.http.commands import Commanding, Store
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.i18n.code_lists import Id
from shared.i18n.text import preferred_language

router = APIRouter(tags=["people"])


@router.get("/referrers/{referrer_id}/export/page", response_class=HTMLResponse)
async def export_to_read(
    referrer_id: Id, request: Request, caller: WhoKeepsReferrers, store: Store, names: Names
) -> HTMLResponse:
    """The export as a page that a person can read, in the language of `Accept-Language`."""
    async with store.pool.acquire() as connection, connection.transaction():
        organisation = await require_referrer(connection, caller, referrer_id)
        exported = await export_referrer(connection, names, caller, referrer_id, organisation)
    return HTMLResponse(readable(exported, preferred_language(request.headers.get("accept-language"))))


@router.post("/referrers/{referrer_id}/restriction", status_code=204)
async def restrict_use(referrer_id: Id, body: Restrict, caller: WhoKeepsReferrers, commands: Commanding) -> Response:
    """The name is kept and not used (article 18): nobody looks at it to reach the person."""

    async def write(connection: Connection) -> None:
        await require_referrer(connection, caller, referrer_id)
        await rights.restrict(connection, referrer_id, body.why, caller.subject)

    require = partial(require_referrer, caller=caller, referrer_id=referrer_id)
    return await commands.once(referrer_key(referrer_id), write, status=204, recheck_access=require)


@router.delete("/referrers/{referrer_id}/restriction", status_code=204)
async def lift_restriction(referrer_id: Id, caller: WhoKeepsReferrers, commands: Commanding) -> Response:
    """The name may be used again; that it was restricted stays recorded."""

    async def write(connection: Connection) -> None:
        await require_referrer(connection, caller, referrer_id)
        await rights.lift(connection, referrer_id, caller.subject)

    require = partial(require_referrer, caller=caller, referrer_id=referrer_id)
    return await commands.once(referrer_key(referrer_id), write, status=204, recheck_access=require)


@router.get("/referrers/retention-due")
async def kept_too_long(
    caller: WhoKeepsReferrers, store: Store, names: Names, days: KeepDays, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Referrer]:
    """Whose name is kept longer than it should be: somebody keeps it longer, with a reason, or erases it."""
    async with store.pool.acquire() as connection:
        due = await names.due(connection, days)
        return await organisations.known_referrers(connection, cities_of(caller), after, limit, due)


@router.post("/referrers/{referrer_id}/keep", status_code=204)
async def keep_longer(referrer_id: Id, body: KeepLonger, caller: WhoKeepsReferrers, commands: Commanding) -> Response:
    """The name is not proposed before that day; who decided it and why is kept."""
    rights.require_later(body.until, today())

    async def write(connection: Connection) -> None:
        await require_referrer(connection, caller, referrer_id)
        await rights.keep_until(connection, referrer_id, body.until, body.why, caller.subject)

    require = partial(require_referrer, caller=caller, referrer_id=referrer_id)
    return await commands.once(referrer_key(referrer_id), write, status=204, recheck_access=require)
