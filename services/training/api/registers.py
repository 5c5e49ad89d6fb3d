"""The register of a training for those who give it: who comes and who waits."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.training import organisations
from services.training.api.desk import TRAININGS, TRAINS, Desk
from services.training.api.registering import Registered, register
from services.training.commands import training as ask
from services.training.organisations import Organisation
from services.training.people import Why
from services.training.requests import Newcomer, Registering, Told
from services.training.views import registrations
from services.training.views.registrations import Registration
from services.training.views.trainings import stream
from shared.callers import Caller
from shared.days import today
from shared.requests import fields_of, stamp
from shared.terms import Id
from shared.web import Done


class Line(Registration):
    """One line of the register, with a name; nobody has a name who was erased."""

    name: str | None = Field(repr=False)
    email: str | None = Field(repr=False)
    organisation_name: str | None


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _register(router, desk)
    _read(router, desk)


def _register(router: APIRouter, desk: Desk) -> None:
    @router.post("/trainings/{training_id}/registrations", status_code=201, tags=["registers"])
    async def register_professional(training_id: Id, body: Registering, caller: Caller = TRAINS) -> Registered:
        """A trainer writes in somebody who asked for it on that day."""
        await desk.trains(caller, training_id)
        newcomer = Newcomer(**fields_of(body, "on"))
        return await register(desk, training_id, newcomer, body.on, caller.subject)

    @router.post(
        "/trainings/{training_id}/registrations/{participant_id}/cancel", response_model=Done, tags=["registers"]
    )
    async def cancel_registration(
        request: Request, training_id: Id, participant_id: Id, body: Told, caller: Caller = TRAINS
    ) -> Response:
        """Somebody told the trainer that he does not come; who waits first moves up."""
        await desk.trains(caller, training_id)
        command = ask.CancelRegistration(
            **stamp(caller), training_id=training_id, participant_id=participant_id, on=body.on
        )
        return await desk.commands.take(request, caller, stream(training_id), TRAININGS, command)


def _read(router: APIRouter, desk: Desk) -> None:
    @router.get("/trainings/{training_id}/register", tags=["registers"])
    async def read_register(training_id: Id, caller: Caller = TRAINS) -> list[Line]:
        await desk.trains(caller, training_id)
        return await lines_of(desk, training_id, caller, "register")

    @router.get("/trainings/{training_id}/waiting-list", tags=["registers"])
    async def read_waiting_list(training_id: Id, caller: Caller = TRAINS) -> list[Line]:
        """The first who moves up comes first."""
        await desk.trains(caller, training_id)
        return await lines_of(desk, training_id, caller, "register", waiting=True)


async def lines_of(desk: Desk, training_id: str, caller: Caller, why: Why, *, waiting: bool = False) -> list[Line]:
    """The lines with the names behind them; each look at a name is kept."""
    async with desk.pool.acquire() as connection, connection.transaction():
        read = registrations.waiting if waiting else registrations.register
        found = await read(connection, training_id)
        known = await organisations.by_id(connection, today())
        people = await desk.people.look_at(connection, [each.participant for each in found], caller.subject, why)
    return [
        Line(
            **fields_of(each),
            name=people[each.participant].name if each.participant in people else None,
            email=people[each.participant].email if each.participant in people else None,
            organisation_name=_name(known, each.organisation),
        )
        for each in found
    ]


def _name(known: Mapping[str, Organisation], organisation: str | None) -> str | None:
    return known[organisation].name if organisation in known and organisation else organisation
