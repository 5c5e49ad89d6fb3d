"""The calendar of trainings and network events, and the organisations, a page at a time."""

from __future__ import annotations

from fastapi import APIRouter

from services.training import organisations
from services.training.api.access import READS
from services.training.api.desk import Desk
from services.training.organisations import Organisation
from services.training.views import network_events, trainings
from services.training.views.keys import after_day
from services.training.views.network_events import NetworkEvent
from services.training.views.trainings import Training
from shared.domain.bounds import FIRST_DAY, LAST_DAY, Day
from shared.domain.clock import today
from shared.http.auth import Caller
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _trainings(router, desk)
    _network_events(router, desk)
    _organisations(router, desk)


def _trainings(router: APIRouter, desk: Desk) -> None:
    @router.get("/trainings", tags=["calendar"])
    async def training_calendar(
        since: Day = FIRST_DAY,
        until: Day = LAST_DAY,
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = READS,  # noqa: ARG001 - lets him in
    ) -> Page[Training]:
        key = after_day(key_of(after, int, str))
        async with desk.pool.acquire() as connection:
            found = await trainings.calendar(connection, since, until, key, limit + 1)
        return page_of(found, limit, lambda each: [each.days[0].on.toordinal(), each.training])


def _network_events(router: APIRouter, desk: Desk) -> None:
    @router.get("/network-events", tags=["calendar"])
    async def network_events_calendar(
        since: Day = FIRST_DAY,
        until: Day = LAST_DAY,
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = READS,  # noqa: ARG001 - lets him in
    ) -> Page[NetworkEvent]:
        key = after_day(key_of(after, int, str))
        async with desk.pool.acquire() as connection:
            rows = await network_events.rows(connection, since, until, key, limit + 1)
        return page_of(network_events.of_rows(rows), limit, lambda each: [each.day.on.toordinal(), each.event])


def _organisations(router: APIRouter, desk: Desk) -> None:
    @router.get("/organisations", tags=["calendar"])
    async def known_organisations(
        on: Day | None = None,
        after: After = None,
        limit: Limit = PAGE_ROWS,
        caller: Caller = READS,  # noqa: ARG001 - lets him in
    ) -> Page[Organisation]:
        """The register as it was heard, with the names of that day."""
        key = key_of(after, str, str) or ["", ""]
        async with desk.pool.acquire() as connection:
            found = await organisations.find(connection, on or today(), (key[0], key[1]), limit + 1)
        return page_of(found, limit, lambda each: [each.name, each.organisation])
