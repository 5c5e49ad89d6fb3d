"""People who refer, over HTTP: registered, and their names looked at, corrected, exported and erased."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from services.referral import changes
from services.referral import commands as ask
from services.referral.api.access import (
    COORDINATES,
    KEEPS_REFERRERS,
    cities_of,
    coordinates,
    may_register,
    organisation_of,
)
from services.referral.api.persons import ErasedBecause, Look
from services.referral.changes import Change
from services.referral.deciders import REGISTER
from services.referral.domain.names import Asker
from services.referral.people import People, Person
from services.referral.requests import NamedReferrer, NewReferrer
from services.referral.views import cases, organisations
from shared.domain.clock import day_in_belgium
from shared.domain.messages import id_not_available
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commands, Done
from shared.http.idempotency_key import READS
from shared.http.pagination import PAGE_ROWS, After, Limit, Page
from shared.http.problems import NotVisible
from shared.http.requests import stamp
from shared.i18n.code_lists import Id


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """Who refers."""
    _add_registering(router, commands, people)
    _add_reading(router, commands, people)
    _add_changing(router, commands, people)


def _add_registering(router: APIRouter, commands: Commands, people: People) -> None:
    @router.post("/referrers", status_code=201, response_model=Done, tags=["register"])
    async def register_referrer(request: Request, body: NewReferrer, caller: Caller = COORDINATES) -> Response:
        """For an organisation of one of the caller's cities. Once registered, he is corrected, not registered again."""
        command = ask.RegisterReferrer(
            **stamp(caller), referrer_id=body.referrer_id, organisation_id=body.organisation_id
        )
        person = Person(name=body.name, email=body.email)

        async def keep(connection: Connection, outcome: Outcome) -> None:
            await may_register(connection, body.referrer_id, body.organisation_id)
            if outcome.events:
                since = day_in_belgium(command.at)
                kept = await people.introduce(connection, body.referrer_id, "referrer", person, since)
            else:
                kept = await people.held(connection, body.referrer_id, "referrer") == person
            if not kept:
                raise id_not_available()

        stream, permit = organisations.stream(body.organisation_id), coordinates(caller)
        return await commands.take(request, caller, stream, REGISTER, command, [keep], created=True, permit=permit)


def _add_reading(router: APIRouter, commands: Commands, people: People) -> None:
    pool = commands.store.pool

    @router.get("/referrers", tags=["register"])
    async def known_referrers(
        caller: Caller = KEEPS_REFERRERS, after: After = None, limit: Limit = PAGE_ROWS
    ) -> Page[organisations.Referrer]:
        """Who refers for an organisation of the caller's cities, without a name."""
        async with pool.acquire() as connection:
            return await organisations.referrers(connection, cities_of(caller), after, limit)

    @router.post("/referrers/{referrer_id}/look", tags=["people"], openapi_extra=READS)
    async def look_at_referrer(referrer_id: Id, body: Look, caller: Caller = KEEPS_REFERRERS) -> Person:
        """A name and how to reach it; the look is kept: who, when, why."""
        async with pool.acquire() as connection, connection.transaction():
            await organisation_of(connection, caller, referrer_id)
            found = await people.look(connection, referrer_id, caller.subject, body.why, referrer_id)
        if found is None:
            raise NotVisible
        return found

    @router.get("/referrers/{referrer_id}/export", tags=["people"])
    async def export_referrer(referrer_id: Id, caller: Caller = KEEPS_REFERRERS) -> dict[str, Any]:
        """All held on a referrer in this service (subject access).

        Which referrals he made, the data-protection contact exports: a coordinator sees no case.
        """
        async with pool.acquire() as connection, connection.transaction():
            organisation = await organisation_of(connection, caller, referrer_id)
            exported = await people.export(connection, referrer_id, caller.subject, referrer_id)
            told = await changes.about(connection, referrer_id)
            made = await cases.referred_by(connection, referrer_id) if caller.role is Role.DATA_PROTECTION else []
        return {
            **exported,
            "organisation": organisation,
            "changes": [each.model_dump(mode="json") for each in told],
            "referrals": [{"referral": referral, "received_on": str(day)} for referral, day in made],
        }


def _add_changing(router: APIRouter, commands: Commands, people: People) -> None:
    async def change(
        request: Request, referrer_id: str, caller: Caller, what: changes.What, why: str, person: Person | None
    ) -> Response:
        async def write(connection: Connection) -> None:
            await organisation_of(connection, caller, referrer_id)
            asker = Asker(caller.subject, caller.cities)
            asked = Change(changes.new_id(), referrer_id, "referrer", what, why, asker)
            if not await people.make(connection, asked, person) and person:
                raise NotVisible

        async def sees(connection: Connection) -> None:
            await organisation_of(connection, caller, referrer_id)

        stream = f"referrer-{referrer_id}"
        return await commands.once(request, caller.subject, stream, write, status=204, may_see=sees)

    @router.put("/referrers/{referrer_id}", status_code=204, tags=["people"])
    async def correct_referrer(
        request: Request, referrer_id: Id, body: NamedReferrer, caller: Caller = KEEPS_REFERRERS
    ) -> Response:
        """Correct name and address."""
        person = Person(name=body.name, email=body.email)
        return await change(request, referrer_id, caller, "correction", "correction", person)

    @router.delete("/referrers/{referrer_id}", status_code=204, tags=["people"])
    async def erase_referrer(
        request: Request, referrer_id: Id, why: ErasedBecause, caller: Caller = KEEPS_REFERRERS
    ) -> Response:
        """Forget name and address; the facts stay, pseudonymous, and that it was done is kept."""
        return await change(request, referrer_id, caller, "erasure", why, None)
