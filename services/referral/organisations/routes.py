"""Organisations over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.referral.access import Coordinator, WhoKnowsOrganisations, coordinates
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.organisations.commands import RegisterOrganisation, RenameOrganisation
from services.referral.organisations.schemas import NewName, NewOrganisation
from services.referral.queries import organisations
from services.referral.queries.organisations import Organisation
from shared.domain.clock import now
from shared.http.commands import Commanding, Done, Store
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["register"])


@router.post("/organisations", status_code=201, response_model=Done)
async def register_organisation(body: NewOrganisation, caller: Coordinator, commands: Commanding) -> Response:
    """Of one of the caller's cities."""
    if body.city not in caller.cities:
        raise NotVisible
    command = RegisterOrganisation(
        at=now(),
        by=caller.subject,
        organisation_id=body.organisation_id,
        name=body.name,
        sector=body.sector,
        city=body.city,
        since=body.since,
    )
    return await commands.run(ORGANISATION, body.organisation_id, command, created=True)


@router.post("/organisations/{organisation_id}/rename", response_model=Done)
async def rename_organisation(
    organisation_id: Id, body: NewName, caller: Coordinator, commands: Commanding
) -> Response:
    """The identity stays, and so does the earlier name for the days before."""
    command = RenameOrganisation(
        at=now(), by=caller.subject, organisation_id=organisation_id, name=body.name, since=body.since
    )
    return await commands.run(ORGANISATION, organisation_id, command, check_access=coordinates(caller))


@router.get("/organisations")
async def known_organisations(
    _: WhoKnowsOrganisations, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Organisation]:
    """Every organisation with its dated names; no person in it."""
    async with store.pool.acquire() as connection:
        return await organisations.known_organisations(connection, after, limit)
