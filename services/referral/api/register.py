"""Organisations over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.referral import commands as ask
from services.referral.api.access import COORDINATES, READS_REGISTER, coordinates
from services.referral.deciders import REGISTER
from services.referral.requests import NewName, NewOrganisation
from services.referral.views import organisations
from shared.http.auth import Caller
from shared.http.commands import Commands, Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id


def add_routes(router: APIRouter, commands: Commands) -> None:
    """Which organisations refer."""

    @router.post("/organisations", status_code=201, response_model=Done, tags=["register"])
    async def register_organisation(request: Request, body: NewOrganisation, caller: Caller = COORDINATES) -> Response:
        """Of one of the caller's cities."""
        if body.city not in caller.cities:
            raise NotVisible
        command = ask.RegisterOrganisation(**stamp(caller), **fields_of(body))
        stream = organisations.stream(body.organisation_id)
        return await commands.take(request, caller, stream, REGISTER, command, created=True)

    @router.post("/organisations/{organisation_id}/rename", response_model=Done, tags=["register"])
    async def rename_organisation(
        request: Request, organisation_id: Id, body: NewName, caller: Caller = COORDINATES
    ) -> Response:
        """The identity stays, and so does the earlier name for the days before."""
        command = ask.RenameOrganisation(**stamp(caller), organisation_id=organisation_id, **fields_of(body))
        stream = organisations.stream(organisation_id)
        return await commands.take(request, caller, stream, REGISTER, command, permit=coordinates(caller))

    @router.get("/organisations", tags=["register"], dependencies=[READS_REGISTER])
    async def known_organisations(after: After = None, limit: Limit = PAGE_ROWS) -> Page[organisations.Organisation]:
        """Every organisation with its dated names; no person in it."""
        async with commands.store.pool.acquire() as connection:
            return await organisations.find(connection, after, limit)
