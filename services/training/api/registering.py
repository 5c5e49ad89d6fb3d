"""How registrations are taken: one by one or a group, each with a link to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from pydantic import BaseModel, Field

from services.training import links
from services.training.api.desk import TRAININGS, Desk
from services.training.commands import training as ask
from services.training.events.values import Professional
from services.training.requests import Newcomer
from services.training.views import registrations
from services.training.views.trainings import stream
from shared.decider import Beside, Outcome
from shared.event_store import Connection

PUBLIC = "public"


class Registered(BaseModel):
    """How somebody stands now; the link to take it back is said once, to who registered first."""

    version: int
    status: str
    ahead: int = Field(description="how many wait before him")
    token: str | None = Field(repr=False)


class GroupRegistered(BaseModel):
    """How many of a group got a place, wait, or were registered already."""

    version: int
    registered: int
    waiting: int
    already: int


async def register(desk: Desk, training_id: str, newcomer: Newcomer, on: date, by: str) -> Registered:
    """One professional."""
    token = links.mint()

    async def act(professionals: tuple[Professional, ...], keep: Beside) -> Registered:
        participant = professionals[0].participant_id

        async def link(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await links.keep(connection, token, stream(training_id), participant)

        outcome = await _decide(desk, training_id, professionals, on, by, [keep, link])
        async with desk.pool.acquire() as connection:
            standing = await registrations.standing(connection, training_id, participant)
        return Registered(
            version=outcome.version,
            status=standing.status,
            ahead=standing.ahead,
            token=token if outcome.events else None,
        )

    return await desk.introduce([newcomer], on, act)


async def register_group(
    desk: Desk, training_id: str, newcomers: Sequence[Newcomer], on: date, by: str
) -> GroupRegistered:
    """All of them, or nobody."""

    async def act(professionals: tuple[Professional, ...], keep: Beside) -> GroupRegistered:
        outcome = await _decide(desk, training_id, professionals, on, by, [keep])
        placed = sum(type(event).__name__ == "ProfessionalRegistered" for event in outcome.events)
        return GroupRegistered(
            version=outcome.version,
            registered=placed,
            waiting=len(outcome.events) - placed,
            already=len(professionals) - len(outcome.events),
        )

    return await desk.introduce(newcomers, on, act)


async def _decide(
    desk: Desk,
    training_id: str,
    professionals: tuple[Professional, ...],
    on: date,
    by: str,
    beside: Sequence[Beside],
) -> Outcome:
    command = ask.RegisterProfessionals(
        at=datetime.now(UTC), by=by, training_id=training_id, on=on, professionals=professionals
    )
    return await desk.commands.decide(stream(training_id), TRAININGS, command, beside)
