"""The calendar of trainings and network events, as JSON and to subscribe to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from fastapi import APIRouter, Response

from services.training import calendar, organisations
from services.training.api.desk import READS, Desk
from services.training.calendar import Entry
from services.training.events.values import Day
from services.training.organisations import Organisation
from services.training.views import network_events, trainings
from services.training.views.network_events import NetworkEvent
from services.training.views.trainings import Training
from services.training.vocabulary import vocabulary
from shared.callers import Caller
from shared.days import BELGIUM, today
from shared.texts import Language

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
_KEPT = timedelta(days=366)


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _as_json(router, desk)
    _to_subscribe(router, desk)


def _as_json(router: APIRouter, desk: Desk) -> None:
    @router.get("/trainings", tags=["calendar"])
    async def training_calendar(since: date = FIRST, until: date = LAST, caller: Caller = READS) -> list[Training]:  # noqa: ARG001
        async with desk.pool.acquire() as connection:
            return await trainings.calendar(connection, since, until)

    @router.get("/network-events", tags=["calendar"])
    async def network_events_calendar(
        since: date = FIRST,
        until: date = LAST,
        caller: Caller = READS,  # noqa: ARG001 - lets him in
    ) -> list[NetworkEvent]:
        async with desk.pool.acquire() as connection:
            return await network_events.find(connection, since, until)

    @router.get("/organisations", tags=["calendar"])
    async def known_organisations(on: date | None = None, caller: Caller = READS) -> list[Organisation]:  # noqa: ARG001
        """The register as it was heard, with the names of that day."""
        async with desk.pool.acquire() as connection:
            return await organisations.find(connection, on or today())


def _to_subscribe(router: APIRouter, desk: Desk) -> None:
    @router.get("/calendar.ics", tags=["public"], response_class=Response)
    async def subscribe(language: Language = "nl") -> Response:
        """What is coming, and what was in the past year."""
        since = today() - _KEPT
        async with desk.pool.acquire() as connection:
            entries = [
                *_training_entries(await trainings.calendar(connection, since, LAST), language),
                *_event_entries(await network_events.find(connection, since, LAST)),
            ]
        name = vocabulary().calendar.in_(language)
        return Response(calendar.ics(name, entries), media_type="text/calendar; charset=utf-8")


def _training_entries(found: list[Training], language: Language) -> Iterator[Entry]:
    words = vocabulary()
    for each in found:
        place = words.online.in_(language) if each.online else f"{each.place}, {each.city}"
        for nth, day in enumerate(each.days, 1):
            summary = f"{words.kinds[each.kind].in_(language)}: {each.title}"
            yield _entry(f"training-{each.training}-{nth}", summary, day, place, each)


def _event_entries(found: list[NetworkEvent]) -> Iterator[Entry]:
    for each in found:
        yield _entry(f"event-{each.event}", each.title, each.day, f"{each.place}, {each.city}", each)


def _entry(name: str, summary: str, day: Day, place: str, said: Training | NetworkEvent) -> Entry:
    return Entry(
        uid=f"{name}@carrousel",
        summary=summary,
        starts=datetime.combine(day.on, day.begins, BELGIUM),
        ends=datetime.combine(day.on, day.ends, BELGIUM),
        place=place,
        url=None,
        cancelled=said.status == "cancelled",
        sequence=said.sequence,
        stamp=said.said_at,
    )
