"""What anybody may do without a token: see what is coming, register, take it back, give an opinion."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.training import evaluation, links, organisations
from services.training.api.desk import EVENTS, TRAININGS, Desk
from services.training.api.registering import PUBLIC, Registered, register
from services.training.commands import network, training
from services.training.events.values import Day, Professional, ProgrammeItem
from services.training.requests import Link, Newcomer, Opinion
from services.training.views import network_events, registrations, trainings
from services.training.views.registrations import Standing
from shared.days import today
from shared.decider import Beside, Outcome
from shared.event_store import Connection
from shared.messages import Command, Refused
from shared.requests import fields_of
from shared.terms import Id
from shared.web import READS


class UpcomingEvent(BaseModel):
    """A network event one can say to come to; `places_left` is unknown where there is room for everybody."""

    event: str
    title: str
    city: str
    place: str
    day: Day
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
    days: tuple[Day, ...]
    organiser: str
    places_left: int
    waiting: int


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _see(router, desk)
    _register(router, desk)
    _take_back(router, desk)
    _stand(router, desk)
    _give_opinion(router, desk)


def _see(router: APIRouter, desk: Desk) -> None:
    @router.get("/public/trainings", tags=["public"])
    async def upcoming_trainings() -> list[Upcoming]:
        async with desk.pool.acquire() as connection:
            known = await organisations.by_id(connection, today())
            found = await trainings.upcoming(connection, today())
        return [
            Upcoming(
                **{name: getattr(each, name) for name in Upcoming.model_fields if name != "organiser"},
                organiser=known[each.organiser].name if each.organiser in known else each.organiser,
            )
            for each in found
        ]

    @router.get("/public/network-events", tags=["public"])
    async def upcoming_network_events() -> list[UpcomingEvent]:
        async with desk.pool.acquire() as connection:
            found = await network_events.upcoming(connection, today())
        return [UpcomingEvent(**each.model_dump(include=set(UpcomingEvent.model_fields))) for each in found]


def _register(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/trainings/{training_id}/registrations", status_code=201, tags=["public"])
    async def register_for_training(training_id: Id, body: Newcomer) -> Registered:
        return await register(desk, training_id, body, today(), PUBLIC)

    @router.post("/public/network-events/{event_id}/registrations", status_code=201, tags=["public"])
    async def register_for_network_event(event_id: Id, body: Newcomer) -> Registered:
        token = links.mint()
        stream = network_events.stream(event_id)

        async def act(guests: tuple[Professional, ...], keep: Beside) -> Registered:
            async def link(connection: Connection, outcome: Outcome) -> None:
                if outcome.events:
                    await links.keep(connection, stream, {guests[0].participant_id: token})

            command = network.RegisterGuest(**_stamp(), event_id=event_id, on=today(), guest=guests[0])
            outcome = await desk.commands.decide(stream, EVENTS, command, [keep, link])
            said = token if outcome.events else None
            return Registered(version=outcome.version, status="registered", ahead=0, token=said)

        return await desk.introduce([body], today(), act)


def _take_back(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/registrations/cancel", status_code=204, tags=["public"])
    async def cancel_by_link(body: Link) -> Response:
        """The link works once; who waits first moves up."""
        async with desk.pool.acquire() as connection:
            found = await links.find(connection, body.token)
        if found is None:
            raise Refused("link-not-valid")

        async def spend(connection: Connection, _: Outcome) -> None:
            await links.spend(connection, body.token)

        kind, _, name = found.stream.partition("-")
        decider = TRAININGS if kind == "training" else EVENTS
        command = _taking_back(kind, name, found.participant, today())
        await desk.commands.decide(found.stream, decider, command, [spend])
        return Response(status_code=204)


def _taking_back(kind: str, name: str, participant: str, on: date) -> Command:
    if kind == "training":
        return training.CancelRegistration(**_stamp(), training_id=name, on=on, participant_id=participant)
    return network.CancelGuest(**_stamp(), event_id=name, on=on, participant_id=participant)


def _stand(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/registrations/standing", tags=["public"], openapi_extra=READS)
    async def standing_by_link(body: Link) -> Standing:
        """Whether he has a place by now, or how many wait before him; the link stays good."""
        async with desk.pool.acquire() as connection:
            found = await links.find(connection, body.token)
            if found is None:
                raise Refused("link-not-valid")
            kind, _, name = found.stream.partition("-")
            if kind == "training":
                return await registrations.standing(connection, name, found.participant)
        return Standing(status="registered", ahead=0)


def _give_opinion(router: APIRouter, desk: Desk) -> None:
    @router.post("/public/evaluations", status_code=204, tags=["public"])
    async def answer_evaluation(body: Opinion) -> Response:
        """The link works once, and is forgotten with the answer."""
        async with desk.pool.acquire() as connection, connection.transaction():
            given = evaluation.Answer(**fields_of(body, "token"))
            if not await evaluation.answer(connection, body.token, given):
                raise Refused("link-not-valid")
        return Response(status_code=204)


def _stamp() -> dict[str, datetime | str]:
    return {"at": datetime.now(UTC), "by": PUBLIC}
