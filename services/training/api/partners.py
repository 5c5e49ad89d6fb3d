"""The partners of the programme: coordinators keep those of their cities, the steering group reads them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.training import organisations
from services.training.api.access import COORDINATES, STEERS, coordinates_partner, in_his_cities
from services.training.api.desk import PARTNERS, Desk
from services.training.commands import steering as ask
from services.training.requests import Joining, Leaving
from services.training.views import partners
from services.training.views.partners import History, Partner, stream
from shared.domain.bounds import Day
from shared.domain.clock import today
from shared.domain.messages import Refused
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _keep(router, desk)
    _read(router, desk)


def _keep(router: APIRouter, desk: Desk) -> None:
    async def city_of(partner_id: str) -> str:
        """The city of an organisation. Raises Refused for one that is not in the register."""
        async with desk.pool.acquire() as connection:
            city = await organisations.city_of(connection, partner_id)
        if city is None:
            raise Refused("organisation-unknown")
        return city

    @router.post("/partners/{partner_id}/join", response_model=Done, tags=["partners"])
    async def join_programme(request: Request, partner_id: Id, body: Joining, caller: Caller = COORDINATES) -> Response:
        """The organisation is one of the register; it is never typed again here."""
        city = await city_of(partner_id)
        in_his_cities(caller, city)
        command = ask.JoinProgramme(**stamp(caller), partner_id=partner_id, city=city, **fields_of(body))
        at, permit = stream(partner_id), coordinates_partner(caller, city)
        return await desk.commands.take(request, caller, at, PARTNERS, command, permit=permit)

    @router.post("/partners/{partner_id}/leave", response_model=Done, tags=["partners"])
    async def leave_programme(
        request: Request, partner_id: Id, body: Leaving, caller: Caller = COORDINATES
    ) -> Response:
        command = ask.LeaveProgramme(**stamp(caller), partner_id=partner_id, **fields_of(body))
        at, permit = stream(partner_id), coordinates_partner(caller, await city_of(partner_id))
        return await desk.commands.take(request, caller, at, PARTNERS, command, permit=permit)


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/partners", tags=["partners"])
    async def partners_on(
        on: Day | None = None,
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = STEERS,  # noqa: ARG001 - lets him in
    ) -> Page[Partner]:
        """The partners of a day, each under the name it bore on that day."""
        key = key_of(after, str) or [""]
        async with desk.pool.acquire() as connection:
            found = await partners.find(connection, on or today(), key[0], limit + 1)
        return page_of(found, limit, lambda each: [each.partner])

    @router.get("/partners/{partner_id}/history", tags=["partners"])
    async def partner_history(partner_id: Id, caller: Caller = STEERS) -> History:  # noqa: ARG001 - lets him in
        async with desk.pool.acquire() as connection:
            found = await partners.history(connection, partner_id)
        if found is None:
            raise NotVisible
        return found
