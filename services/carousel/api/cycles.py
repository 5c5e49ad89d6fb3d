"""Offers and cycles over HTTP: coordinators publish offers, facilitators run the cycles of their organisation."""

from __future__ import annotations

from datetime import date
from typing import get_args

from fastapi import APIRouter, Request, Response

from services.carousel.api.seen import READS_CYCLES, WORKS, Since, Until, must_see_cycle
from services.carousel.commands import cycle as ask
from services.carousel.consequences import CYCLES, OFFERS, follow, of_cycle, of_offer
from services.carousel.domain import planning
from services.carousel.requests import OF_CYCLES, NewCycle, NewOffer
from services.carousel.views import cycles, offers
from services.carousel.views.offers import Offer
from shared.callers import Caller, Role
from shared.requests import fields_of, stamp
from shared.steps import add_step
from shared.terms import Weekday
from shared.web import Commands, Done, NotVisible, allow, meta_of

COORDINATES = allow(Role.COORDINATOR)


def add_routes(router: APIRouter, commands: Commands) -> None:
    """What is asked of offers and cycles."""
    _offers(router, commands)
    _plan(router, commands)

    async def take(request: Request, caller: Caller, command: ask.CycleCommand) -> Response:
        async with commands.store.pool.acquire() as connection:
            await must_see_cycle(connection, caller, command.cycle_id)
        beside = [follow(commands.store, meta_of(command), command)]
        return await commands.take(request, caller, of_cycle(command.cycle_id), CYCLES, command, beside)

    for path, (body, command) in OF_CYCLES.items():
        add_step(router, path, body, command, WORKS, take, "cycles")


def _offers(router: APIRouter, commands: Commands) -> None:
    @router.post("/offers", status_code=201, response_model=Done, tags=["offers"])
    async def publish_offer(request: Request, body: NewOffer, caller: Caller = COORDINATES) -> Response:
        command = ask.PublishOffer(**stamp(caller), **fields_of(body))
        return await commands.take(request, caller, of_offer(body.offer_id), OFFERS, command, created=True)

    @router.get("/offers", tags=["offers"], dependencies=[READS_CYCLES])
    async def known_offers() -> list[Offer]:
        """Every offer, in the version that holds."""
        async with commands.store.pool.acquire() as connection:
            return await offers.find(connection)


def _plan(router: APIRouter, commands: Commands) -> None:
    @router.post("/cycles", status_code=201, response_model=Done, tags=["cycles"])
    async def plan_cycle(request: Request, body: NewCycle, caller: Caller = WORKS) -> Response:
        """A cycle of the caller's own organisation, in one of his cities."""
        if caller.organisation is None or body.city not in caller.cities:
            raise NotVisible
        async with commands.store.pool.acquire() as connection:
            offer = await offers.find_one(connection, body.offer_id)
        if offer is None:
            raise NotVisible
        command = _planned(body, offer, caller, caller.organisation)
        return await commands.take(request, caller, of_cycle(body.cycle_id), CYCLES, command, created=True)

    @router.get("/cycles", tags=["cycles"])
    async def known_cycles(since: Since, until: Until, caller: Caller = READS_CYCLES) -> list[cycles.Cycle]:
        """The cycles that begin in a period, with their sessions; nobody in them."""
        async with commands.store.pool.acquire() as connection:
            return await cycles.find(connection, caller, since, until)


def _planned(body: NewCycle, offer: Offer, caller: Caller, organisation: str) -> ask.PlanCycle:
    place = {number: nth for nth, number in enumerate(body.order)}
    modules = sorted(offer.modules, key=lambda each: place.get(each.number, len(place)))
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
            modules,
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
