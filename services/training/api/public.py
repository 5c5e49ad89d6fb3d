"""What anybody may do without a token: see what is coming, register, take it back, give an opinion.

No answer tells who is registered: an address that was written before is answered as a new one, and a link that was
used, that never was, or that is for something else, is answered alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.training import entries, evaluation, links, organisations
from services.training.api.desk import PUBLIC, Body, Desk
from services.training.api.registering import Registered, one, register
from services.training.commands import network, training
from services.training.entries import AskedMeanwhile, Entry, Standing, Writer
from services.training.events.values import Professional, ProgrammeItem, TimeSlot
from services.training.names import Contact
from services.training.requests import Link, Newcomer, Opinion
from services.training.views import network_events, trainings
from services.training.views.keys import after_day
from shared.domain.clock import today
from shared.domain.messages import Refused
from shared.eventstore.command_handler import TransactionHook, Outcome
from shared.eventstore.event_store import Connection, VersionConflict
from shared.http.idempotency_key import READS
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.requests import fields_of
from shared.i18n.code_lists import Id

_ATTEMPTS = 20
_ANYBODY = Writer(None)


class UpcomingEvent(BaseModel):
    """A network event one can say to come to; `places_left` is unknown where there is room for everybody."""

    event: str
    title: str
    city: str
    place: str
    day: TimeSlot
    programme: tuple[ProgrammeItem, ...]
    places_left: int | None


class Upcoming(BaseModel):
    """A training one can register for, and how many places are left."""

    training: str
    kind: str
    title: str
    city: str
    place: str | None
    online: bool
    days: tuple[TimeSlot, ...]
    organiser: str
    places_left: int
    waiting: int


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _see_trainings(router, desk)
    _see_events(router, desk)
    _register(router, desk)
    _come(router, desk)
    _take_back(router, desk)
    _stand(router, desk)
    _give_opinion(router, desk)


def _see_trainings(router: APIRouter, desk: Desk) -> None:
    @router.get("/public/trainings", tags=["public"])
    async def upcoming_trainings(after: After = None, limit: Limit = PAGE_ROWS) -> Page[Upcoming]:
        key = after_day(key_of(after, int, str))
        async with desk.pool.acquire() as connection:
            found = await trainings.upcoming(connection, today(), key, limit + 1)
            known = await organisations.by_id(connection, {each.organiser for each in found}, today())
        shown = [
            Upcoming(
                **{name: getattr(each, name) for name in Upcoming.model_fields if name != "organiser"},
                organiser=known[each.organiser].name if each.organiser in known else each.organiser,
            )
            for each in found
        ]
        return page_of(shown, limit, lambda each: [each.days[0].on.toordinal(), each.training])


def _see_events(router: APIRouter, desk: Desk) -> None:
    @router.get("/public/network-events", tags=["public"])
    async def upcoming_network_events(after: After = None, limit: Limit = PAGE_ROWS) -> Page[UpcomingEvent]:
        key = after_day(key_of(after, int, str))
        async with desk.pool.acquire() as connection:
            found = await network_events.upcoming(connection, today(), key, limit + 1)
        shown = [UpcomingEvent(**each.model_dump(include=set(UpcomingEvent.model_fields))) for each in found]
        return page_of(shown, limit, lambda each: [each.day.on.toordinal(), each.event])


def _register(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/public/trainings/{training_id}/registrations", status_code=201, response_model=Registered, tags=["public"]
    )
    async def register_for_training(request: Request, training_id: Id, body: Newcomer) -> Body:
        return await register(desk, request, training_id, [body], today(), _ANYBODY, one)


def _come(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/public/network-events/{event_id}/registrations", status_code=201, response_model=Registered, tags=["public"]
    )
    async def register_for_network_event(request: Request, event_id: Id, body: Newcomer) -> Body:
        at, token = network_events.stream(event_id), links.mint()

        async def act(guests: tuple[Professional, ...], found: Mapping[str, Contact]) -> Body:
            (guest,) = guests

            async def write(connection: Connection, outcome: Outcome) -> None:
                new = {guest.participant_id} if outcome.events else set[str]()
                tokens = {guest.participant_id: token}
                await entries.write(connection, desk.people, at, found, tokens, new, _ANYBODY, today())

            command = network.RegisterGuest(on=today(), at=_now(), by=PUBLIC, event_id=event_id, guest=guest)
            said = {"status": "registered", "ahead": 0, "token": token}
            return await desk.answer(request, None, at, desk.events, command, [write], body=lambda _: said)

        return await desk.introduce([body], act)


def _take_back(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/registrations/cancel", status_code=204, tags=["public"])
    async def cancel_by_link(request: Request, body: Link) -> Response:
        """The link works once; who waits first moves up when nobody else asked for the same registration."""
        for _ in range(_ATTEMPTS):
            with suppress(AskedMeanwhile):
                await _taken_back(desk, request, body.token)
                return Response(status_code=204)
        raise VersionConflict(PUBLIC)


async def _taken_back(desk: Desk, request: Request, token: str) -> None:
    async with desk.pool.acquire() as connection:
        entry = await entries.find(connection, token)
        others = entry is not None and await entries.others(connection, entry)
    if entry is None:
        if await desk.answered(request, None):
            return
        raise Refused("link-not-valid")

    async def write(connection: Connection, _: Outcome) -> None:
        await entries.take_back(connection, desk.people, entry, asked_by_others=others)

    await _decided(desk, request, entry, asked_by_others=others, write=write)


async def _decided(desk: Desk, request: Request, entry: Entry, *, asked_by_others: bool, write: TransactionHook) -> None:
    told = {"on": today(), "at": _now(), "by": PUBLIC, "participant_id": entry.person}
    if entry.kind == "training":
        of_training = training.CancelRegistration(training_id=entry.of, asked_by_others=asked_by_others, **told)
        await desk.answer(request, None, entry.stream, desk.trainings, of_training, [write], body=_nothing)
    else:
        of_event = network.CancelGuest(event_id=entry.of, asked_by_others=asked_by_others, **told)
        await desk.answer(request, None, entry.stream, desk.events, of_event, [write], body=_nothing)


def _stand(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/registrations/standing", tags=["public"], openapi_extra=READS)
    async def standing_by_link(body: Link) -> Standing:
        """Whether he has a place by now, or how many wait before him; the link stays good."""
        async with desk.pool.acquire() as connection:
            found = await entries.standing(connection, body.token)
        if found is None:
            raise Refused("link-not-valid")
        return found


def _give_opinion(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/evaluations", status_code=204, tags=["public"])
    async def answer_evaluation(request: Request, body: Opinion) -> Response:
        """The link works once, and is forgotten with the answer."""

        async def give(connection: Connection) -> None:
            given = evaluation.Answer(**fields_of(body, "token"))
            if not await evaluation.answer(connection, body.token, given):
                raise Refused("link-not-valid")

        await desk.once(request, None, "evaluation", give)
        return Response(status_code=204)


def _nothing(_: Outcome) -> Body:
    return {}


def _now() -> datetime:
    """Asked for after `today()`: at midnight the day is never later than the moment."""
    return datetime.now(UTC)
