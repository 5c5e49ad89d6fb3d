"""Offers and cycles over HTTP: coordinators publish offers, facilitators run the cycles of their organisation."""

from __future__ import annotations

from datetime import date
from typing import get_args

from fastapi import APIRouter, Request, Response

from services.carousel.access import COORDINATES, READS_CYCLES, WORKS, Access, one_moment
from services.carousel.api.periods import Since, Until
from services.carousel.commands import cycle as ask
from services.carousel.consequences import CYCLES, OFFERS, follow, of_cycle, of_offer
from services.carousel.domain import planning
from services.carousel.events.cycle import CyclePlanned, OfferPublished
from services.carousel.requests import OF_CYCLES, NewCycle, NewOffer
from services.carousel.views import cycles, offers
from services.carousel.views.offers import Offer
from shared.eventstore.event_store import Connection, EventStore
from shared.http.auth import Caller
from shared.http.commands import Commands, Done, meta_of
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible
from shared.http.requests import fields_of, stamp
from shared.http.steps import add_step
from shared.i18n.code_lists import Weekday


def add_routes(router: APIRouter, commands: Commands) -> None:
    """What is asked of offers and cycles."""
    _offers(router, commands)
    _plan(router, commands)
    _calendar(router, commands)

    async def take(request: Request, caller: Caller, command: ask.CycleCommand) -> Response:
        access = Access(caller)
        also = [follow(commands.store, meta_of(command), command, access)]
        stream = of_cycle(command.cycle_id)
        return await commands.take(request, caller, stream, CYCLES, command, also, permit=access.cycle)

    for path, (body, command) in OF_CYCLES.items():
        add_step(router, path, body, command, WORKS, take, "cycles")


def _offers(router: APIRouter, commands: Commands) -> None:
    @router.post("/offers", status_code=201, response_model=Done, tags=["offers"])
    async def publish_offer(request: Request, body: NewOffer, caller: Caller = COORDINATES) -> Response:
        """An offer of the caller's cities, or its next version."""
        if not caller.cities:
            raise NotVisible
        command = ask.PublishOffer(**stamp(caller), **fields_of(body), cities=tuple(sorted(caller.cities)))
        stream, permit = of_offer(body.offer_id), Access(caller).offer
        return await commands.take(request, caller, stream, OFFERS, command, created=True, permit=permit)

    @router.get("/offers", tags=["offers"], dependencies=[READS_CYCLES])
    async def known_offers(after: After = None, limit: Limit = PAGE_ROWS) -> Page[Offer]:
        """Every offer, in the version that holds."""
        async with commands.store.pool.acquire() as connection:
            rows = await offers.find(connection, limit + 1, key_of(after, str))
        return page_of(rows, limit, lambda each: [each.offer])


def _plan(router: APIRouter, commands: Commands) -> None:
    @router.post("/cycles", status_code=201, response_model=Done, tags=["cycles"])
    async def plan_cycle(request: Request, body: NewCycle, caller: Caller = WORKS) -> Response:
        """A cycle of the caller's own organisation, in one of his cities."""
        if caller.organisation is None or body.city not in caller.cities:
            raise NotVisible
        async with commands.store.pool.acquire() as connection:
            offer = await _offer_of(connection, commands.store, body)
        if offer is None:
            raise NotVisible
        command = _planned(body, offer, caller, caller.organisation)
        stream, permit = of_cycle(body.cycle_id), Access(caller).new_cycle
        return await commands.take(request, caller, stream, CYCLES, command, created=True, permit=permit)


async def _offer_of(connection: Connection, store: EventStore, body: NewCycle) -> Offer | None:
    """The offer in the version that holds; of a cycle that is planned already, in the one it was planned with."""
    for fact in await store.read(connection, of_cycle(body.cycle_id), limit=1):
        if isinstance(planned := fact.event, CyclePlanned) and planned.offer_id == body.offer_id:
            return await _version_of(connection, store, planned)
    return await offers.find_one(connection, body.offer_id)


async def _version_of(connection: Connection, store: EventStore, planned: CyclePlanned) -> Offer | None:
    for fact in await store.read(connection, of_offer(planned.offer_id)):
        match fact.event:
            case OfferPublished(version=planned.offer_version, language=language, modules=modules):
                return Offer(offer=planned.offer_id, version=planned.offer_version, language=language, modules=modules)
    return None


def _calendar(router: APIRouter, commands: Commands) -> None:
    @router.get("/cycles", tags=["cycles"])
    async def known_cycles(
        since: Since, until: Until, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = READS_CYCLES
    ) -> Page[cycles.Cycle]:
        """The cycles that begin in a period, with their sessions; nobody in them."""
        async with one_moment(commands.store.pool) as connection:
            rows = await cycles.find(connection, caller, (since, until), limit + 1, key_of(after, date, str))
        return page_of(rows, limit, lambda each: [each.first_on, each.cycle])


def _planned(body: NewCycle, offer: Offer, caller: Caller, organisation: str) -> ask.PlanCycle:
    return ask.PlanCycle(
        **stamp(caller),
        cycle_id=body.cycle_id,
        offer_id=body.offer_id,
        offer_version=offer.version,
        language=offer.language,
        modules=tuple(each.number for each in offer.modules),
        organisation_id=organisation,
        city=body.city,
        place=body.place,
        weekday=_weekday(body.first_on),
        part_of_day=body.part_of_day,
        capacity=body.capacity,
        facilitators=body.facilitators,
        sessions=planning.sessions(
            body.cycle_id,
            planning.in_order(offer.modules, body.order),
            body.first_on,
            body.starts,
            weeks_between=body.weeks_between,
            closed=body.closed,
        ),
        on=body.on,
    )


def _weekday(day: date) -> Weekday:
    names: tuple[Weekday, ...] = get_args(Weekday)
    return names[day.weekday()]
