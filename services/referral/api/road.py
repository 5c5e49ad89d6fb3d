"""A referral comes in, and takes its steps, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.referral import commands as ask
from services.referral.api.seen import REFERS, WORKS, must_see
from services.referral.deciders import REFERRALS
from services.referral.people import People
from services.referral.requests import ROAD, Intake, NewReferral
from services.referral.views import cases
from shared.callers import Caller, Role
from shared.decider import Beside, Outcome
from shared.event_store import Connection
from shared.requests import fields_of, stamp
from shared.steps import add_step
from shared.terms import Id
from shared.web import Commands, Done, NotVisible


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """A referral comes in, and every step after that."""
    _add_receiving(router, commands, people)
    _add_steps(router, commands)


def _add_receiving(router: APIRouter, commands: Commands, people: People) -> None:
    @router.post("/referrals", status_code=201, response_model=Done, tags=["referrals"])
    async def receive_referral(request: Request, body: NewReferral, caller: Caller = REFERS) -> Response:
        """A facilitator receives for his cities; a referrer only for his own organisation."""
        own = caller.role is Role.REFERRER and body.organisation_id == caller.organisation is not None
        here = caller.role is Role.FACILITATOR and body.preferred_city in caller.cities
        async with commands.store.pool.acquire() as connection:
            if not (own or here) or not await cases.may_refer(connection, caller, body.person_id):
                raise NotVisible
        command = ask.ReceiveReferral(**stamp(caller), **fields_of(body, "person"))

        async def keep(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await people.keep(connection, body.person_id, "referred", body.person, body.received_on)

        beside: list[Beside] = [keep]
        stream = cases.stream(body.referral_id)
        return await commands.take(request, caller, stream, REFERRALS, command, beside, created=True)


def _add_steps(router: APIRouter, commands: Commands) -> None:
    async def take(request: Request, caller: Caller, command: ask.ReferralCommand) -> Response:
        async with commands.store.pool.acquire() as connection:
            await must_see(connection, caller, command.referral_id)
        return await commands.take(request, caller, cases.stream(command.referral_id), REFERRALS, command)

    @router.post("/referrals/{referral_id}/intake", response_model=Done, tags=["road"])
    async def record_intake(request: Request, referral_id: Id, body: Intake, caller: Caller = WORKS) -> Response:
        command = ask.RecordIntake(**stamp(caller), referral_id=referral_id, **fields_of(body))
        return await take(request, caller, command)

    for path, (body, command) in ROAD.items():
        add_step(router, f"/referrals/{{referral_id}}/{path}", body, command, WORKS, take, "road")
