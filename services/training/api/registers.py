"""The register of a training for those who give it: who comes and who waits, under the names that were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.training import entries, links, organisations
from services.training.api.access import TRAINS, gives, reads_training
from services.training.api.desk import Body, Desk
from services.training.api.registering import Written, one_of_his, register
from services.training.commands import training as ask
from services.training.entries import Writer
from services.training.names import Named, Why
from services.training.organisations import Organisation
from services.training.requests import Newcomer, Registering, Told
from services.training.views import registrations
from services.training.views.registrations import Registration
from services.training.views.trainings import stream
from shared.domain.clock import today
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.pagination import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id

Read: TypeAlias = Any  # registrations.register, or waiting


class Line(Registration):
    """One line of the register, with a name; nobody has a name who was erased.

    `other_names` were written for the same address: while none of the names is confirmed, there is no certificate.
    """

    name: str | None = Field(repr=False)
    email: str | None = Field(repr=False)
    other_names: tuple[str, ...] = Field(repr=False)
    name_confirmed: bool
    organisation_name: str | None


class Renewed(BaseModel):
    """A link in the place of those given before."""

    token: str = Field(repr=False)


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _register(router, desk)
    _cancel(router, desk)
    _renew(router, desk)
    _read(router, desk)


def _register(router: APIRouter, desk: Desk) -> None:
    @router.post("/trainings/{training_id}/registrations", status_code=201, response_model=Written, tags=["registers"])
    async def register_professional(
        request: Request, training_id: Id, body: Registering, caller: Caller = TRAINS
    ) -> Body:
        """A trainer writes in somebody who asked for it on that day, under the name that he knows him by."""
        newcomer, by = Newcomer(**fields_of(body, "on")), Writer(caller.subject, gives=True)
        return await register(desk, request, training_id, [newcomer], body.on, by, one_of_his, gives(caller))


def _cancel(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/trainings/{training_id}/registrations/{participant_id}/cancel", response_model=Done, tags=["registers"]
    )
    async def cancel_registration(
        request: Request, training_id: Id, participant_id: Id, body: Told, caller: Caller = TRAINS
    ) -> Response:
        """Somebody told the trainer that he does not come; who waits first moves up."""
        at = stream(training_id)

        async def end(connection: Connection, _: Outcome) -> None:
            await entries.end(connection, at, participant_id)

        command = ask.CancelRegistration(
            **stamp(caller), training_id=training_id, participant_id=participant_id, on=body.on
        )
        taken = desk.commands.take
        return await taken(request, caller, at, desk.trainings, command, [end], permit=gives(caller))


def _renew(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/trainings/{training_id}/registrations/{participant_id}/link", response_model=Renewed, tags=["registers"]
    )
    async def renew_link(
        request: Request, training_id: Id, participant_id: Id, body: Told, caller: Caller = TRAINS
    ) -> Body:
        """Who lost his link is given another; no other link to his registration leads anywhere after that."""
        at, token = stream(training_id), links.mint()

        async def renew(connection: Connection, _: Outcome) -> None:
            await entries.renew(connection, at, participant_id, token)

        command = ask.RenewLink(**stamp(caller), training_id=training_id, participant_id=participant_id, on=body.on)
        said, permit = {"token": token}, gives(caller)
        return await desk.answer(
            request, caller.subject, at, desk.trainings, command, [renew], body=lambda _: said, permit=permit
        )


def _read(router: APIRouter, desk: Desk) -> None:
    async def page(training_id: str, caller: Caller, read: Read, after: str | None, limit: int) -> Page[Line]:
        key = key_of(after, str)
        async with desk.pool.acquire() as connection, connection.transaction():
            await reads_training(connection, caller, training_id)
            found = await read(connection, training_id, key[0] if key else None, limit + 1)
            shown = await named(desk, connection, training_id, found[:limit], caller, "register")
        return Page(items=shown, next=page_of(found, limit, lambda each: [each.participant]).next)

    @router.get("/trainings/{training_id}/register", tags=["registers"])
    async def read_register(
        training_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = TRAINS
    ) -> Page[Line]:
        return await page(training_id, caller, registrations.register, after, limit)

    @router.get("/trainings/{training_id}/waiting-list", tags=["registers"])
    async def read_waiting_list(
        training_id: Id, after: After = None, limit: Limit = PAGE_ROWS, caller: Caller = TRAINS
    ) -> Page[Line]:
        """The first who moves up comes first."""
        return await page(training_id, caller, registrations.waiting, after, limit)


async def named(
    desk: Desk, connection: Connection, training_id: str, found: Sequence[Registration], caller: Caller, why: Why
) -> list[Line]:
    """The lines with the names behind them; each look at a name is kept."""
    known = await organisations.by_id(connection, {each.organisation for each in found if each.organisation}, today())
    ids = [each.participant for each in found]
    names = await desk.people.names(connection, stream(training_id), ids, caller.subject, why)
    return [_line(each, names.get(each.participant), known) for each in found]


def _line(registration: Registration, named: Named | None, known: Mapping[str, Organisation]) -> Line:
    organisation = known.get(registration.organisation or "")
    return Line(
        **fields_of(registration),
        name=named.name if named else None,
        email=named.email if named else None,
        other_names=named.others if named else (),
        name_confirmed=named.confirmed if named else False,
        organisation_name=organisation.name if organisation else registration.organisation,
    )
