"""How registrations are taken: one by one or a group, each with a link to take it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal, get_args

from pydantic import BaseModel, Field

from services.training import links
from services.training.api.desk import TRAININGS, Desk
from services.training.commands import training as ask
from services.training.events import training as told
from services.training.events.values import Professional
from services.training.requests import Newcomer
from services.training.views import registrations
from services.training.views.trainings import stream
from shared.decider import Beside, Outcome
from shared.event_store import Connection

PUBLIC = "public"
PlacedAs = Literal["registered", "waiting", "already"]
_STATUSES = get_args(PlacedAs)


class Registered(BaseModel):
    """How somebody stands now; the link to take it back is said once, to who registered first."""

    version: int
    status: str
    ahead: int = Field(description="how many wait before him")
    token: str | None = Field(repr=False)


class Placed(BaseModel):
    """One of a group: with a place, waiting, or on the roll `already` and then without a new link."""

    status: PlacedAs
    token: str | None = Field(repr=False)


class GroupRegistered(BaseModel):
    """How everyone of a group stands, in its order; each has a link, said once to who registers them."""

    version: int
    registered: int
    waiting: int
    already: int
    people: list[Placed]


async def register(desk: Desk, training_id: str, newcomer: Newcomer, on: date, by: str) -> Registered:
    """One professional."""
    token = links.mint()

    async def act(professionals: tuple[Professional, ...], keep: Beside) -> Registered:
        participant = professionals[0].participant_id

        async def link(connection: Connection, outcome: Outcome) -> None:
            if outcome.events:
                await links.keep(connection, stream(training_id), {participant: token})

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
        tokens = {each.participant_id: links.mint() for each in professionals}

        async def link(connection: Connection, outcome: Outcome) -> None:
            new = _placed(outcome)
            await links.keep(connection, stream(training_id), {each: tokens[each] for each in new})

        outcome = await _decide(desk, training_id, professionals, on, by, [keep, link])
        new = _placed(outcome)
        people = [_one_placed(each.participant_id, new, tokens) for each in professionals]
        count = Counter(each.status for each in people)
        return GroupRegistered(version=outcome.version, people=people, **{each: count[each] for each in _STATUSES})

    return await desk.introduce(newcomers, on, act)


def _placed(outcome: Outcome) -> dict[str, PlacedAs]:
    """Those who came on the roll now, and whether with a place."""
    placed: dict[str, PlacedAs] = {}
    for event in outcome.events:
        match event:
            case told.ProfessionalRegistered(professional=who):
                placed[who.participant_id] = "registered"
            case told.ProfessionalPutOnWaitingList(professional=who):
                placed[who.participant_id] = "waiting"
    return placed


def _one_placed(participant: str, new: Mapping[str, PlacedAs], tokens: Mapping[str, str]) -> Placed:
    if participant in new:
        return Placed(status=new[participant], token=tokens[participant])
    return Placed(status="already", token=None)


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
