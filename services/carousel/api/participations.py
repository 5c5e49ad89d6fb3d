"""Participations over HTTP: facilitators offer places, place, pause, stop and take back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.carousel.access import WORKS, Access, with_access
from services.carousel.commands import participation as ask
from services.carousel.consequences import PARTICIPATIONS, beside, of_participation
from services.carousel.requests import OF_PARTICIPATIONS
from shared.http.auth import Caller
from shared.http.commands import Commands, meta_of
from shared.http.steps import add_step


def add_routes(router: APIRouter, commands: Commands) -> None:
    """What is asked of participations; of two people or a cycle too, the caller must see each."""

    async def take(request: Request, caller: Caller, command: ask.ParticipationCommand) -> Response:
        stream = of_participation(command.referral_id)

        async def decide(access: Access) -> Response:
            also = beside(commands.store, meta_of(command), command, access)
            return await commands.take(request, caller, stream, PARTICIPATIONS, command, also, permit=access.person)

        return await with_access(commands.store.pool, caller, decide)

    for path, (body, command) in OF_PARTICIPATIONS.items():
        add_step(router, path, body, command, WORKS, take, "participations")
