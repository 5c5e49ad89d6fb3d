"""The calendar of trainings: for our own people, for anybody, and to subscribe to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from services.training.access import Reader, Reading
from services.training.calendar_feed import CalendarFeed
from services.training.projections.organisations import Organisation
from services.training.queries import network_events, organisations, trainings
from services.training.queries.network_events import NetworkEvent, UpcomingEvent
from services.training.queries.trainings import Training, Upcoming
from shared.domain.bounds import FIRST_DAY, LAST_DAY, Day
from shared.domain.clock import today
from shared.http.pagination import Page, Paging
from shared.i18n.text import Language

router = APIRouter()
_CACHE = "public, max-age=600"


@router.get("/trainings", tags=["calendar"])
async def training_calendar(
    _: Reader, connection: Reading, paging: Paging, since: Day = FIRST_DAY, until: Day = LAST_DAY
) -> Page[Training]:
    """Every training that begins in the period, cancelled ones too."""
    rows = await trainings.calendar_rows(connection, since, until, paging.key(date.min, ""), paging.rows)
    return paging.page(trainings.of_rows(rows), Training.key)


@router.get("/network-events", tags=["calendar"])
async def network_events_calendar(
    _: Reader, connection: Reading, paging: Paging, since: Day = FIRST_DAY, until: Day = LAST_DAY
) -> Page[NetworkEvent]:
    """Every network event of the period, cancelled ones too."""
    rows = await network_events.calendar_rows(connection, since, until, paging.key(date.min, ""), paging.rows)
    return paging.page(network_events.of_rows(rows), NetworkEvent.key)


@router.get("/organisations", tags=["calendar"])
async def known_organisations(
    _: Reader, connection: Reading, paging: Paging, on: Day | None = None
) -> Page[Organisation]:
    """The register as it was received, with the names of that day."""
    found = await organisations.find(connection, on or today(), paging.key("", ""), paging.rows)
    return paging.page(found, lambda each: [each.name, each.organisation])


@router.get("/public/trainings", tags=["public"])
async def upcoming_trainings(connection: Reading, paging: Paging) -> Page[Upcoming]:
    """What anybody can still register for."""
    found = await trainings.upcoming(connection, today(), paging.key(date.min, ""), paging.rows)
    return paging.page(found, Upcoming.key)


@router.get("/public/network-events", tags=["public"])
async def upcoming_network_events(connection: Reading, paging: Paging) -> Page[UpcomingEvent]:
    """What anybody can still say to come to."""
    found = await network_events.upcoming(connection, today(), paging.key(date.min, ""), paging.rows)
    return paging.page(found, UpcomingEvent.key)


def _feed(request: Request) -> CalendarFeed:
    """The one of this process, made when it is first asked for."""
    state = request.app.state
    if not hasattr(state, "calendar_feed"):
        state.calendar_feed = CalendarFeed(state.pool)
    feed: CalendarFeed = state.calendar_feed
    return feed


@router.get("/calendar.ics", tags=["public"], response_class=Response, responses={304: {"description": "as known"}})
async def subscribe(
    feed: Annotated[CalendarFeed, Depends(_feed)],
    language: Language = "nl",
    if_none_match: Annotated[str, Header(max_length=1000)] = "",
) -> Response:
    """What is coming, and what was in the past year."""
    made = await feed.read(language, if_none_match)
    head = {"ETag": made.tag, "Cache-Control": _CACHE}
    if not made.data:
        return Response(status_code=304, headers=head)
    return Response(made.data, media_type="text/calendar; charset=utf-8", headers=head)
