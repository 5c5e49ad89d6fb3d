"""HTTP to command, and view to HTTP: parses, authorises, stamps; no rule of the programme."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.referral import commands as ask
from services.referral.domain import referral, register
from services.referral.people import People, Person, Why
from services.referral.requests import ROAD, Intake, NewName, NewOrganisation, NewReferral, NewReferrer
from services.referral.views import cases, organisations
from shared.callers import Caller, Role
from shared.days import today
from shared.decider import Beside, Decider, Outcome
from shared.event_store import Connection
from shared.requests import fields_of, stamp
from shared.steps import Step, add_step, timeline_of
from shared.terms import Id
from shared.web import Commands, Done, NotVisible, allow

REFERRALS: Decider[Any, Any, Any] = Decider(referral.initial, referral.decide, referral.evolve)
REGISTER: Decider[Any, Any, Any] = Decider(register.initial, register.decide, register.evolve)
COORDINATES = allow(Role.COORDINATOR)
READS_REGISTER = allow(Role.COORDINATOR, Role.FACILITATOR, Role.TRAINER)
WORKS = allow(Role.FACILITATOR)
READS_OWN = allow(Role.REFERRER)
REFERS = allow(Role.FACILITATOR, Role.REFERRER)


class Look(BaseModel):
    """Why a name is looked at."""

    why: Why


def routes(commands: Commands, people: People) -> APIRouter:
    """Everything the referral service answers."""
    router = APIRouter()
    _register(router, commands, people)
    _receive(router, commands, people)
    _road(router, commands)
    _read(router, commands)
    _people(router, commands, people)
    return router


def _register(router: APIRouter, commands: Commands, people: People) -> None:
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


def _receive(router: APIRouter, commands: Commands, people: People) -> None:
    @router.post("/referrals", status_code=201, response_model=Done, tags=["referrals"])
    async def receive_referral(request: Request, body: NewReferral, caller: Caller = REFERS) -> Response:
        """A facilitator receives for his cities; a referrer only for his own organisation."""
        own = caller.role is Role.REFERRER and body.organisation_id == caller.organisation is not None
        here = caller.role is Role.FACILITATOR and body.preferred_city in caller.cities
        if not (own or here):
            raise NotVisible
        command = ask.ReceiveReferral(**stamp(caller), **fields_of(body, "person"))

        async def keep(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await people.keep(connection, body.person_id, "referred", body.person, body.received_on)

        beside: list[Beside] = [keep]
        stream = cases.stream(body.referral_id)
        return await commands.take(request, caller, stream, REFERRALS, command, beside, created=True)


def _road(router: APIRouter, commands: Commands) -> None:
    async def take(request: Request, caller: Caller, command: ask.ReferralCommand) -> Response:
        async with commands.store.pool.acquire() as connection:
            if not await cases.visible(connection, caller, command.referral_id):
                raise NotVisible
        return await commands.take(request, caller, cases.stream(command.referral_id), REFERRALS, command)

    @router.post("/referrals/{referral_id}/intake", response_model=Done, tags=["road"])
    async def record_intake(request: Request, referral_id: Id, body: Intake, caller: Caller = WORKS) -> Response:
        command = ask.RecordIntake(**stamp(caller), referral_id=referral_id, **fields_of(body))
        return await take(request, caller, command)

    for path, (body, command) in ROAD.items():
        add_step(router, f"/referrals/{{referral_id}}/{path}", body, command, WORKS, take, "road")


def _read(router: APIRouter, commands: Commands) -> None:
    pool = commands.store.pool

    @router.get("/referrals/waiting", tags=["views"])
    async def waiting_for_intake(caller: Caller = WORKS) -> list[cases.Case]:
        async with pool.acquire() as connection:
            return await cases.waiting_for_intake(connection, caller, today())

    @router.get("/referrals/on-hold-past-review", tags=["views"])
    async def on_hold_past_review(caller: Caller = WORKS) -> list[cases.Case]:
        async with pool.acquire() as connection:
            return await cases.on_hold_past_review(connection, caller, today())

    @router.get("/referrals/own", tags=["views"])
    async def own_referrals(caller: Caller = READS_OWN) -> list[cases.OwnReferral]:
        async with pool.acquire() as connection:
            return await cases.of_organisation(connection, caller)

    @router.get("/referrals/{referral_id}/timeline", tags=["views"])
    async def timeline(referral_id: Id, caller: Caller = WORKS) -> list[Step]:
        async with pool.acquire() as connection:
            if not await cases.visible(connection, caller, referral_id):
                raise NotVisible
            facts = await commands.store.read(connection, cases.stream(referral_id))
        return timeline_of(facts)


def _people(router: APIRouter, commands: Commands, people: People) -> None:
    pool = commands.store.pool

    async def person_of(connection: Connection, caller: Caller, referral_id: str) -> str:
        if not await cases.visible(connection, caller, referral_id):
            raise NotVisible
        return str(await connection.fetchval("select person from cases where referral = $1", referral_id))

    @router.post("/referrals/{referral_id}/person/look", tags=["people"])
    async def look_at_person(referral_id: Id, body: Look, caller: Caller = WORKS) -> Person:
        """A name and how to reach it; the look is kept: who, when, why."""
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            found = await people.look(connection, person_id, caller.subject, body.why)
        if found is None:
            raise NotVisible
        return found

    @router.get("/referrals/{referral_id}/person/export", tags=["people"])
    async def export_person(referral_id: Id, caller: Caller = WORKS) -> dict[str, Any]:
        """All held on a person in this service (subject access)."""
        async with pool.acquire() as connection, connection.transaction():
            person_id = await person_of(connection, caller, referral_id)
            held = await people.export(connection, person_id, caller.subject)
            facts = await commands.store.read(connection, cases.stream(referral_id))
        return held | {"facts": [{"what": type(f.event).__name__} | f.event.model_dump(mode="json") for f in facts]}

    @router.delete("/referrals/{referral_id}/person", status_code=204, tags=["people"])
    async def erase_person(referral_id: Id, caller: Caller = WORKS) -> Response:
        """Forget name and contacts; the facts stay, pseudonymous."""
        async with pool.acquire() as connection, connection.transaction():
            await people.erase(connection, await person_of(connection, caller, referral_id))
        return Response(status_code=204)
