"""Figures, the project and the first report over HTTP: for coordinators only until releases exist."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Literal

import asyncpg
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.reporting import partners, project, reading
from services.reporting.access import require_sight
from services.reporting.period import Period
from services.reporting.report import Project, Results, render_html, render_pdf
from shared.domain.bounds import Code, Day
from shared.domain.clock import today
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.problems import NotVisible, Unacceptable
from shared.i18n.code_lists import City, Id
from shared.i18n.text import Language

COORDINATES = allow(Role.COORDINATOR)
RENDERED_AT_ONCE = 2

Since = Annotated[Day, Query(description="a day of the first month: figures are kept by month")]
Until = Annotated[Day, Query(description="a day of the last month")]
OfCity = Annotated[City | None, Query(description="one city; its meaning stands with each figure")]
OfPartner = Annotated[Id | None, Query(description="the id of one organisation")]
OfSector = Annotated[Code | None, Query(description="one sector")]


class Figures(BaseModel):
    """The figures of some months, each with its definition, its denominator and whether it is protected.

    `since` and `until` are the first and the last day of the months that are covered, whatever days were asked.
    """

    since: date
    until: date
    figures: list[reading.Figure]


class Partners(Page[partners.Partner]):
    """Who was a partner of the programme in the months from `since` to `until`, by name: the months of the figures."""

    since: date
    until: date


def routes(pool: asyncpg.Pool[asyncpg.Record]) -> APIRouter:
    """Everything the reporting service answers."""
    router = APIRouter()
    _add_figures(router, pool)
    _add_partners(router, pool)
    _add_project(router, pool)
    _add_report(router, pool)
    return router


def _add_figures(router: APIRouter, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    @router.get("/figures", tags=["figures"])
    async def read_figures(
        since: Since, until: Until, city: OfCity = None, partner: OfPartner = None, sector: OfSector = None,
        caller: Caller = COORDINATES,
    ) -> Figures:  # fmt: skip
        """The figures of the whole months in which these days lie, which the answer names."""
        period = _months(since, until)
        async with pool.acquire() as connection:
            await require_sight(connection, caller, city)
            read = await reading.find(connection, period, city=city, partner=partner, sector=sector)
        return Figures(**period._asdict(), figures=read)


def _add_partners(router: APIRouter, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    @router.get("/partners", tags=["figures"])
    async def read_partners(
        since: Since, until: Until, after: After = None, limit: Limit = PAGE_ROWS, _: Caller = COORDINATES
    ) -> Partners:
        """The partners of the whole months in which these days lie, which the answer names."""
        period, key = _months(since, until), key_of(after, str, str)
        async with pool.acquire() as connection:
            found = await partners.find(connection, period, today())
        left = [each for each in found if key is None or partners.order(each) > tuple(key)]
        page = page_of(left[: limit + 1], limit, partners.order)
        return Partners(items=page.items, next=page.next, **period._asdict())


def _add_project(router: APIRouter, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    @router.get("/project", tags=["report"])
    async def read_project(_: Caller = COORDINATES) -> Project:
        """What the report says of the project itself, as last described."""
        async with pool.acquire() as connection:
            about = await project.described(connection)
        if about is None:
            raise NotVisible
        return about

    @router.put("/project", tags=["report"])
    async def describe_project(body: Project, caller: Caller = COORDINATES) -> Done:
        """Describe it anew: for a coordinator of the coordinating municipality."""
        async with pool.acquire() as connection:
            return Done(version=await project.describe(connection, body, caller))


def _add_report(router: APIRouter, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    rendering = asyncio.Semaphore(RENDERED_AT_ONCE)

    @router.get("/report", tags=["report"], response_class=Response)
    async def first_report(
        language: Language,
        format: Literal["pdf", "html"] = "pdf",  # noqa: A002 - the parameter's name on the web
        since: Since | None = None,
        until: Until | None = None,
        caller: Caller = COORDINATES,
    ) -> Response:
        """The report of all cities; without a period, of every month that has a figure."""
        async with pool.acquire() as connection:
            about = await project.described(connection)
            period = await _months_of_report(connection, since, until)
            await require_sight(connection, caller, None)
            if about is None:
                raise Refused("project-not-described")
            read = await reading.find(connection, period)
            named = await partners.find(connection, period, today())
        render = render_html if format == "html" else render_pdf
        async with rendering:
            content = await asyncio.to_thread(render, language, about, Results(*period, read, named))
        return Response(content, media_type=_MEDIA[format])


_MEDIA = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


async def _months_of_report(connection: Connection, since: date | None, until: date | None) -> Period:
    """Of the days asked; an end that was not asked is that of the figures, or the day asked where that is beyond."""
    first, last = await reading.months(connection, today())
    return _months(since or min(first, until or first), until or max(last, since or last))


def _months(since: date, until: date) -> Period:
    """The whole months of these days; raises Unacceptable `period-reversed`."""
    if until < since:
        raise Unacceptable("period-reversed", [{"field": "query.until", "code": "period-reversed"}])
    return Period.covering(since, until)
