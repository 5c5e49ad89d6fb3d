"""The partners of the programme: coordinators keep those of their cities, the steering group reads them."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.training.access import Coordinator, Reading, SteeringReader, coordinates_partner, in_his_cities
from services.training.partners.aggregate import PARTNER
from services.training.partners.commands import JoinProgramme, LeaveProgramme
from services.training.partners.schemas import Joining, Leaving
from services.training.queries import partners
from services.training.queries.organisations import city_of, current
from services.training.queries.partners import History, Partner
from services.training.refusals import Refusal
from shared.domain.bounds import Day
from shared.domain.clock import now, today
from shared.domain.messages import Refused
from shared.http.commands import Commanding, Done
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["partners"])


@router.post("/partners/{partner_id}/join", response_model=Done)
async def join_programme(partner_id: Id, body: Joining, caller: Coordinator, commands: Commanding) -> Response:
    """The organisation is one of the register; it is never typed again here."""
    city = await city_of(commands.store.pool, partner_id)
    in_his_cities(caller, city)
    now_is = (await current(commands.store.pool, body.since, partner_id=partner_id))[partner_id]
    if now_is and now_is != partner_id:
        raise Refused(Refusal.ORGANISATION_MERGED, field="partner_id", into=now_is)
    command = JoinProgramme(
        at=now(), by=caller.subject, partner_id=partner_id, city=city, role=body.role, since=body.since
    )
    return await commands.run(PARTNER, partner_id, command, check_access=partial(coordinates_partner, caller, city))


@router.post("/partners/{partner_id}/leave", response_model=Done)
async def leave_programme(partner_id: Id, body: Leaving, caller: Coordinator, commands: Commanding) -> Response:
    """Say from which day on it is no partner any more."""
    city = await city_of(commands.store.pool, partner_id)
    command = LeaveProgramme(at=now(), by=caller.subject, partner_id=partner_id, until=body.until)
    return await commands.run(PARTNER, partner_id, command, check_access=partial(coordinates_partner, caller, city))


@router.get("/partners")
async def partners_on(_: SteeringReader, connection: Reading, paging: Paging, on: Day | None = None) -> Page[Partner]:
    """The partners of a day, each under the name it bore on that day."""
    found = await partners.find(connection, on or today(), paging.key("")[0], paging.rows)
    return paging.page(found, lambda each: [each.partner])


@router.get("/partners/{partner_id}/history")
async def partner_history(partner_id: Id, _: SteeringReader, connection: Reading) -> History:
    """All names and roles of one partner."""
    found = await partners.history(connection, partner_id)
    if found is None:
        raise NotVisible
    return found
