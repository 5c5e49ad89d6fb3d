"""A referral comes in, and takes its steps, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.referral import commands as ask
from services.referral.api.access import REFERS, WORKS, may_refer, works_on
from services.referral.deciders import REFERRALS
from services.referral.people import People
from services.referral.requests import ROAD, Intake, NewReferral
from services.referral.views import cases
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commands, Done
from shared.http.problems import NotVisible
from shared.http.requests import fields_of, stamp
from shared.http.steps import add_step
from shared.i18n.code_lists import Id


def add_routes(router: APIRouter, commands: Commands, people: People) -> None:
    """A referral comes in, and every step after that."""
    _add_receiving(router, commands, people)
    _add_steps(router, commands)


def _add_receiving(router: APIRouter, commands: Commands, people: People) -> None:
    @router.post("/referrals", status_code=201, response_model=Done, tags=["referrals"])
    async def receive_referral(request: Request, body: NewReferral, caller: Caller = REFERS) -> Response:
        """A facilitator receives for his cities; a referrer only for his own organisation.

        Asked again it answers what it answered first: how the case goes on is not his who refers.
        A name that differs from the one held changes nothing; it waits for a facilitator to decide on.
        """
        if not _in_his_name(caller, body):
            raise NotVisible
        command = ask.ReceiveReferral(**stamp(caller), **fields_of(body, "person"))

        async def keep(connection: Connection, outcome: Outcome) -> None:
            person_id, person = body.person_id, body.person
            if outcome.events:
                await may_refer(connection, caller, person_id)
                if await people.introduce(connection, person_id, "referred", person, body.received_on):
                    return
            await people.told_again(connection, person_id, person, caller.subject)

        stream = cases.stream(body.referral_id)
        return await commands.take(request, caller, stream, REFERRALS, command, [keep], created=True)


def _in_his_name(caller: Caller, body: NewReferral) -> bool:
    if caller.role is Role.REFERRER:
        return bool(body.organisation_id == caller.organisation is not None)
    return body.preferred_city in caller.cities


def _add_steps(router: APIRouter, commands: Commands) -> None:
    async def take(request: Request, caller: Caller, command: ask.ReferralCommand) -> Response:
        stream = cases.stream(command.referral_id)
        return await commands.take(request, caller, stream, REFERRALS, command, permit=works_on(caller))

    @router.post("/referrals/{referral_id}/intake", response_model=Done, tags=["road"])
    async def record_intake(request: Request, referral_id: Id, body: Intake, caller: Caller = WORKS) -> Response:
        command = ask.RecordIntake(**stamp(caller), referral_id=referral_id, **fields_of(body))
        return await take(request, caller, command)

    for path, (body, command) in ROAD.items():
        add_step(router, f"/referrals/{{referral_id}}/{path}", body, command, WORKS, take, "road")
