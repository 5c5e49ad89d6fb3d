"""Organisations and referrers over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.referral import commands as ask
from services.referral.api.seen import COORDINATES, READS_REGISTER
from services.referral.deciders import REGISTER
from services.referral.people import People, Person
from services.referral.requests import NewName, NewOrganisation, NewReferrer
from services.referral.views import organisations
from shared.callers import Caller
from shared.decider import Outcome
from shared.event_store import Connection
from shared.requests import fields_of, stamp
from shared.terms import Id
from shared.web import Commands, Done


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """Who refers."""

    @router.post("/organisations", status_code=201, response_model=Done, tags=["register"])
    async def register_organisation(request: Request, body: NewOrganisation, caller: Caller = COORDINATES) -> Response:
        command = ask.RegisterOrganisation(**stamp(caller), **fields_of(body))
        stream = f"organisation-{body.organisation_id}"
        return await commands.take(request, caller, stream, REGISTER, command, created=True)

    @router.post("/organisations/{organisation_id}/rename", response_model=Done, tags=["register"])
    async def rename_organisation(
        request: Request, organisation_id: Id, body: NewName, caller: Caller = COORDINATES
    ) -> Response:
        """The identity stays, and so does the earlier name for the days before."""
        command = ask.RenameOrganisation(**stamp(caller), organisation_id=organisation_id, **fields_of(body))
        return await commands.take(request, caller, f"organisation-{organisation_id}", REGISTER, command)

    @router.get("/organisations", tags=["register"], dependencies=[READS_REGISTER])
    async def known_organisations() -> list[organisations.Organisation]:
        """Every organisation with its dated names; no person in it."""
        async with commands.store.pool.acquire() as connection:
            return await organisations.find(connection)

    @router.post("/referrers", status_code=201, response_model=Done, tags=["register"])
    async def register_referrer(request: Request, body: NewReferrer, caller: Caller = COORDINATES) -> Response:
        command = ask.RegisterReferrer(
            **stamp(caller), referrer_id=body.referrer_id, organisation_id=body.organisation_id
        )

        async def keep(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                person = Person(name=body.name, email=body.email)
                await people.keep(connection, body.referrer_id, "referrer", person, command.at.date())

        stream = f"organisation-{body.organisation_id}"
        return await commands.take(request, caller, stream, REGISTER, command, [keep], created=True)
