"""Organisations over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Response

from services.referral.access import Coordinator, WhoKnowsOrganisations, coordinates
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.organisations.commands import (
    CorrectOrganisation,
    MergeOrganisation,
    RegisterOrganisation,
    RenameOrganisation,
    SplitOrganisation,
)
from services.referral.organisations.schemas import Description, Merger, NewName, NewOrganisation, Split
from services.referral.queries import organisations
from services.referral.queries.organisations import Organisation
from services.referral.references import refuse, require_organisations
from services.referral.refusals import Refusal
from shared.domain.clock import now
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.commands import Commanding, Done, Store
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id
from shared.i18n.municipalities import is_municipality

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
        kbo=body.kbo,
    )
    return await commands.run(
        ORGANISATION, body.organisation_id, command, hooks=[partial(_in_a_municipality, body.city)], created=True
    )


async def _in_a_municipality(city: str, _: Connection, outcome: Outcome) -> None:
    if outcome.events and not is_municipality(city):
        refuse([("city", Refusal.CITY_UNKNOWN)])


@router.post("/organisations/{organisation_id}/rename", response_model=Done)
async def rename_organisation(
    organisation_id: Id, body: NewName, caller: Coordinator, commands: Commanding
) -> Response:
    """The identity stays, and so does the earlier name for the days before."""
    command = RenameOrganisation(
        at=now(), by=caller.subject, organisation_id=organisation_id, name=body.name, since=body.since
    )
    return await commands.run(ORGANISATION, organisation_id, command, check_access=coordinates(caller))


@router.post("/organisations/{organisation_id}/correct", response_model=Done)
async def correct_organisation(
    organisation_id: Id, body: Description, caller: Coordinator, commands: Commanding
) -> Response:
    """It was registered in the wrong sector or city, or without its KBO number; it stays in one of the caller's."""
    command = CorrectOrganisation(
        at=now(),
        by=caller.subject,
        organisation_id=organisation_id,
        sector=body.sector,
        city=body.city,
        kbo=body.kbo,
    )
    return await commands.run(
        ORGANISATION,
        organisation_id,
        command,
        check_access=coordinates(caller),
        hooks=[partial(_in_a_city_of, caller, body.city)],
    )


async def _in_a_city_of(caller: Caller, city: str, connection: Connection, outcome: Outcome) -> None:
    await _in_a_municipality(city, connection, outcome)
    if city not in caller.cities:
        refuse([("city", Refusal.CITY_NOT_IN_PROGRAMME)])


@router.post("/organisations/{organisation_id}/merge", response_model=Done)
async def merge_organisation(organisation_id: Id, body: Merger, caller: Coordinator, commands: Commanding) -> Response:
    """It is part of another organisation from that day on; its referrers refer for that one."""
    command = MergeOrganisation(
        at=now(), by=caller.subject, organisation_id=organisation_id, into=body.into, since=body.since
    )
    return await commands.run(
        ORGANISATION,
        organisation_id,
        command,
        check_access=coordinates(caller),
        hooks=[partial(_into_others, [body.into])],
    )


@router.post("/organisations/{organisation_id}/split", response_model=Done)
async def split_organisation(organisation_id: Id, body: Split, caller: Coordinator, commands: Commanding) -> Response:
    """From that day on there are other organisations in its place; its referrers refer for each of them."""
    command = SplitOrganisation(
        at=now(), by=caller.subject, organisation_id=organisation_id, into=body.into, since=body.since
    )
    return await commands.run(
        ORGANISATION,
        organisation_id,
        command,
        check_access=coordinates(caller),
        hooks=[partial(_into_others, body.into)],
    )


async def _into_others(into: Sequence[str], connection: Connection, outcome: Outcome) -> None:
    if outcome.events:
        await require_organisations(connection, into)


@router.get("/organisations")
async def known_organisations(
    _: WhoKnowsOrganisations, store: Store, after: After = None, limit: Limit = PAGE_ROWS
) -> Page[Organisation]:
    """Every organisation with its dated names; no person in it."""
    async with store.pool.acquire() as connection:
        return await organisations.known_organisations(connection, after, limit)
