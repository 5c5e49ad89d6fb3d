"""Participations over HTTP: facilitators offer places, place, pause, stop and take back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.carousel.api.seen import WORKS, must_see, must_see_cycle
from services.carousel.commands import participation as ask
from services.carousel.consequences import PARTICIPATIONS, follow, of_participation
from services.carousel.requests import OF_PARTICIPATIONS
from shared.callers import Caller
from shared.steps import add_step
from shared.web import Commands, meta_of


def add_routes(router: APIRouter, commands: Commands) -> None:
    """What is asked of participations; of two people or a cycle too, the caller must see each."""

    async def take(request: Request, caller: Caller, command: ask.ParticipationCommand) -> Response:
        async with commands.store.pool.acquire() as connection:
            await must_see(connection, caller, command.referral_id)
            match command:
                case ask.OfferPlace() | ask.PlaceParticipant():
                    await must_see_cycle(connection, caller, command.cycle_id)
                case ask.DeclareNonAssociation() | ask.LiftNonAssociation():
                    await must_see(connection, caller, command.other_id)
        stream = of_participation(command.referral_id)
        beside = [follow(commands.store, meta_of(command), command)]
        return await commands.take(request, caller, stream, PARTICIPATIONS, command, beside)

    for path, (body, command) in OF_PARTICIPATIONS.items():
        add_step(router, path, body, command, WORKS, take, "participations")
