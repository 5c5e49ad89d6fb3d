"""Offers over HTTP: coordinators publish them, everyone who works with the groups reads them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.carousel.access import Access, CalendarReader, Coordinator
from services.carousel.offers.aggregate import OFFER
from services.carousel.offers.commands import PublishOffer
from services.carousel.offers.schemas import NewOffer
from services.carousel.queries import offers
from shared.domain.clock import now
from shared.http.commands import Commanding, Done, Store
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible

router = APIRouter(tags=["offers"])


@router.post("/offers", status_code=201, response_model=Done)
async def publish_offer(body: NewOffer, caller: Coordinator, commands: Commanding) -> Response:
    """An offer of the caller's cities, or its next version."""
    if not caller.cities:
        raise NotVisible
    command = PublishOffer(
        at=now(),
        by=caller.subject,
        offer_id=body.offer_id,
        language=body.language,
        modules=body.modules,
        cities=tuple(sorted(caller.cities)),
        on=body.on,
    )
    return await commands.run(OFFER, body.offer_id, command, check_access=Access(caller).offer, created=True)


@router.get("/offers")
async def known_offers(_: CalendarReader, store: Store, page: Paging) -> Page[offers.Offer]:
    """Every offer, in the version that holds."""
    async with store.pool.acquire() as connection:
        return await offers.find(connection, page)
