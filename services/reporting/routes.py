"""Figures, the project and the first report over HTTP: for coordinators only until releases exist."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from services.reporting.access import Anybody, Coordinator, Database, require_access
from services.reporting.metrics.catalogue import Catalogue, Source, catalogue_version, fed, indicator_named, whole
from services.reporting.project import Project, describe, described
from services.reporting.queries.figures import Figure, find_figures, first_and_last_month
from services.reporting.queries.lineage import (
    FIRST,
    Behind,
    Checkpoint,
    Narrowing,
    find_checkpoints,
    find_sources,
    projection_version,
    releases_that_printed,
)
from services.reporting.queries.partners import Partner, find_partners, order_of
from services.reporting.queries.period import Period, months_covering
from services.reporting.refusals import Refusal
from services.reporting.report.page import Results
from services.reporting.report.render import render_html, render_pdf
from shared.domain.bounds import Code, Day
from shared.domain.clock import today
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, Paging, key_of, page_of
from shared.http.problems import NotVisible, Unacceptable
from shared.i18n.code_lists import City, Id
from shared.i18n.text import Language

RENDERED_AT_ONCE = 2
_MEDIA = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
_RENDERING = ThreadPoolExecutor(RENDERED_AT_ONCE, thread_name_prefix="report")

Since = Annotated[Day, Query(description="the first day")]
Until = Annotated[Day, Query(description="the last day, which counts too")]
OfCity = Annotated[City | None, Query(description="one city; its meaning stands with each figure")]
OfPartner = Annotated[Id | None, Query(description="the id of one organisation")]
OfSector = Annotated[Code | None, Query(description="one sector")]


def _narrowing(city: OfCity = None, partner: OfPartner = None, sector: OfSector = None) -> Narrowing:
    return Narrowing(city, partner, sector)


Narrowed = Annotated[Narrowing, Depends(_narrowing)]

router = APIRouter()


class Figures(BaseModel):
    """The figures of the days from `since` to `until`, each with its definition, denominator, and whether protected."""

    since: date
    until: date
    figures: list[Figure]


class Partners(Page[Partner]):
    """Who was a partner of the programme on a day from `since` to `until`, by name: the days of the figures."""

    since: date
    until: date


@router.get("/figures", tags=["figures"])
async def read_figures(
    since: Since, until: Until, caller: Coordinator, database: Database, narrowing: Narrowed
) -> Figures:
    """The figures of these days: of a month that is not whole, the days asked and no other."""
    period = _period(since, until)
    async with database.acquire() as connection:
        await require_access(connection, caller, narrowing.city)
        figures = await find_figures(connection, period, **narrowing._asdict())
    return Figures(since=period.since, until=period.until, figures=figures)


class Lineage(Page[Behind]):
    """Where a figure comes from: what it means, and page by page the journeys or activities behind it.

    `items` are of the kind `of`; of a count they add up to its value, of what is counted once several may stand behind
    one. `projection` is the version of the projections and of the catalogue that counted it, `checkpoints` the messages
    that were applied by then, `releases` the ids of those that printed it.
    """

    since: date
    until: date
    figure: Figure
    of: Source
    catalogue: int
    projection: str | None
    checkpoints: Sequence[Checkpoint]
    releases: Sequence[str]


@router.get("/figures/{indicator}/lineage", tags=["figures"])
async def read_lineage(
    indicator: Code,
    since: Since,
    until: Until,
    caller: Coordinator,
    database: Database,
    paging: Paging,
    narrowing: Narrowed,
) -> Lineage:
    """Where the figure of these days comes from, for who may read it; 404 when it is not narrowed by what is asked."""
    period, after = _period(since, until), paging.key(*FIRST)
    async with database.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await require_access(connection, caller, narrowing.city)
        figures = await find_figures(connection, period, **narrowing._asdict())
        figure = next((each for each in figures if each.code == indicator), None)
        if figure is None:
            raise NotVisible
        sources = await find_sources(connection, figure.code, period, narrowing, after, paging.rows)
        return await _lineage(connection, figure, period, narrowing, paging.page(sources, lambda each: each.key))


async def _lineage(
    connection: Connection, figure: Figure, period: Period, narrowing: Narrowing, page: Page[Behind]
) -> Lineage:
    return Lineage(
        items=page.items,
        next=page.next,
        since=period.since,
        until=period.until,
        figure=figure,
        of=fed(indicator_named(figure.code)).of,
        catalogue=catalogue_version(),
        projection=await projection_version(connection),
        checkpoints=await find_checkpoints(connection),
        releases=await releases_that_printed(connection, figure.code, period, narrowing),
    )


@router.get("/indicators", tags=["figures"])
async def read_indicators(_: Anybody) -> Catalogue:
    """What each indicator means, what feeds it, whose city, partner and sector it has, and of what it is a part."""
    return whole()


@router.get("/partners", tags=["figures"])
async def read_partners(
    since: Since, until: Until, _: Coordinator, database: Database, after: After = None, limit: Limit = PAGE_ROWS
) -> Partners:
    """Who was a partner on one of these days."""
    period, key = _period(since, until), key_of(after, str, str)
    async with database.acquire() as connection:
        found = await find_partners(connection, period, today())
    left = [each for each in found if key is None or order_of(each) > tuple(key)]
    page = page_of(left[: limit + 1], limit, order_of)
    return Partners(items=page.items, next=page.next, since=period.since, until=period.until)


@router.get("/project", tags=["report"])
async def read_project(_: Coordinator, database: Database) -> Project:
    """What the report says of the project itself, as last described."""
    async with database.acquire() as connection:
        project = await described(connection)
    if project is None:
        raise NotVisible
    return project


@router.put("/project", tags=["report"])
async def describe_project(body: Project, caller: Coordinator, database: Database) -> Done:
    """Describe it anew: for a coordinator of the coordinating municipality."""
    async with database.acquire() as connection:
        return Done(version=await describe(connection, body, caller))


@router.get("/report", tags=["report"], response_class=Response)
async def first_report(
    language: Language,
    caller: Coordinator,
    database: Database,
    format: Literal["pdf", "html"] = "pdf",  # noqa: A002 - the parameter's name on the web
    since: Since | None = None,
    until: Until | None = None,
) -> Response:
    """The report of all cities; without a period, of every month that has a figure."""
    async with database.acquire() as connection:
        project = await described(connection)
        period = await _period_of_report(connection, since, until)
        await require_access(connection, caller, None)
        if project is None:
            raise Refused(Refusal.PROJECT_NOT_DESCRIBED)
        figures = await find_figures(connection, period)
        results = Results(*period, figures, await find_partners(connection, period, today()))
    render = render_html if format == "html" else render_pdf
    content = await asyncio.get_running_loop().run_in_executor(_RENDERING, render, language, project, results)
    return Response(content, media_type=_MEDIA[format])


async def _period_of_report(connection: Connection, since: date | None, until: date | None) -> Period:
    """Of the days asked; an end not asked is that of the months with figures, or of the month asked beyond them."""
    first, last = await first_and_last_month(connection, today())
    months = months_covering(min(first, until or first), max(last, since or last))
    return _period(since or months.since, until or months.until)


def _period(since: date, until: date) -> Period:
    """These days; raises Unacceptable `period-reversed`."""
    if until < since:
        code = Refusal.PERIOD_REVERSED
        raise Unacceptable(code, [{"field": "query.until", "code": code}])
    return Period(since, until)
