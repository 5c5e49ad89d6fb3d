"""Figures, the project and the first report over HTTP: for coordinators only until releases exist."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Literal

import asyncpg
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.reporting import partners, project, reading
from services.reporting.report import Project, Results, render_html, render_pdf
from shared.callers import Caller, Role
from shared.days import today
from shared.messages import Refused
from shared.web import Done, NotVisible, allow

COORDINATES = allow(Role.COORDINATOR)
Word = Annotated[str | None, Query(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Since = Annotated[date, Query(description="first day of the period; figures are kept by month")]
Until = Annotated[date, Query(description="last day of the period")]


class Figures(BaseModel):
    """The figures of one period, each with its definition, its denominator and whether it is protected."""

    since: date
    until: date
    figures: list[reading.Figure]


class Partners(BaseModel):
    """Who was a partner of the programme in a period."""

    since: date
    until: date
    partners: list[partners.Partner]


def routes(pool: asyncpg.Pool[asyncpg.Record]) -> APIRouter:
    """Everything the reporting service answers."""
    router = APIRouter()

    async def found(
        caller: Caller,
        since: date,
        until: date,
        city: str | None,
        partner: str | None = None,
        sector: str | None = None,
    ) -> list[reading.Figure]:
        """A coordinator reads a city he acts for; all of them together only when he acts for every one."""
        if until < since:
            raise Refused("period-reversed")
        if city is not None and city not in caller.cities:
            raise NotVisible
        async with pool.acquire() as connection:
            if city is None and not await reading.cities(connection) <= caller.cities:
                raise Refused("city-needed")
            return await reading.find(connection, since=since, until=until, city=city, partner=partner, sector=sector)

    @router.get("/figures", tags=["figures"])
    async def read_figures(
        since: Since, until: Until, city: Word = None, partner: Word = None, sector: Word = None,
        caller: Caller = COORDINATES,
    ) -> Figures:  # fmt: skip
        read = await found(caller, since, until, city, partner, sector)
        return Figures(since=since, until=until, figures=read)

    @router.get("/partners", tags=["figures"])
    async def read_partners(since: Since, until: Until, _: Caller = COORDINATES) -> Partners:
        if until < since:
            raise Refused("period-reversed")
        async with pool.acquire() as connection:
            read = await partners.find(connection, since, until, today())
        return Partners(since=since, until=until, partners=read)

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
        async with pool.acquire() as connection:
            return Done(version=await project.describe(connection, body, caller.subject))

    @router.get("/report", tags=["report"], response_class=Response)
    async def first_report(
        language: Literal["nl", "fr", "en"],
        format: Literal["pdf", "html"] = "pdf",  # noqa: A002 - the parameter's name on the web
        since: Since | None = None,
        until: Until | None = None,
        caller: Caller = COORDINATES,
    ) -> Response:
        """The report of all cities; without a period, of every month that has a figure."""
        async with pool.acquire() as connection:
            about = await project.described(connection)
            first, last = await reading.months(connection, today())
            named = await partners.find(connection, since or first, until or last, today())
        if about is None:
            raise Refused("project-not-described")
        period = since or first, until or last
        results = Results(*period, await found(caller, *period, None), named)
        if format == "html":
            return Response(render_html(language, about, results), media_type="text/html; charset=utf-8")
        pdf = await asyncio.to_thread(render_pdf, language, about, results)
        return Response(pdf, media_type="application/pdf")

    return router
