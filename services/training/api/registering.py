"""How registrations are taken: one by one or a group, each with a link that says how he stands and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

from fastapi import Request
from pydantic import BaseModel, Field

from services.training import entries, links
from services.training.api.access import OfTraining
from services.training.api.desk import PUBLIC, Body, Desk
from services.training.commands import training as ask
from services.training.entries import Standing, Writer
from services.training.events import training as told
from services.training.events.values import Professional
from services.training.names import Contact
from services.training.requests import Newcomer
from services.training.views.trainings import stream
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection


class Registered(BaseModel):
    """How who was written down stands; whoever writes the same address again is answered as if it were new."""

    status: str
    ahead: int = Field(description="how many wait before him")
    token: str = Field(repr=False, description="of his link")


class Written(Registered):
    """The same, for who gives the training."""

    version: int


class Placed(BaseModel):
    """One of a group: with a place, or waiting."""

    status: str
    token: str = Field(repr=False)


class GroupRegistered(BaseModel):
    """How everyone of a group stands, in its order, each with a link of his own.

    Who sends his group again gets links in the place of those he had.
    """

    registered: int
    waiting: int
    people: list[Placed]


Say = Callable[[Outcome, Sequence[Standing], Sequence[str]], Body]


async def register(
    desk: Desk,
    request: Request,
    training_id: str,
    newcomers: Sequence[Newcomer],
    on: date,
    by: Writer,
    say: Say,
    permit: OfTraining | None = None,
) -> Body:
    """All of them, or nobody; `say` makes the answer of how each stands and his token."""
    at = stream(training_id)

    async def act(professionals: tuple[Professional, ...], found: Mapping[str, Contact]) -> Body:
        tokens = {each: links.mint() for each in found}
        inside = [tokens[each.participant_id] for each in professionals]
        standings: list[Standing] = []

        async def write(connection: Connection, outcome: Outcome) -> None:
            await entries.write(connection, desk.people, at, found, tokens, _new(outcome), by, on)
            standings[:] = await entries.standings(connection, training_id, inside)

        fields = {"training_id": training_id, "on": on, "professionals": professionals}
        command = ask.RegisterProfessionals(at=datetime.now(UTC), by=by.subject or PUBLIC, **fields)
        return await desk.answer(
            request,
            by.subject,
            at,
            desk.trainings,
            command,
            [write],
            body=lambda outcome: say(outcome, standings, inside),
            permit=permit,
        )

    return await desk.introduce(newcomers, act)


def one(_: Outcome, standings: Sequence[Standing], tokens: Sequence[str]) -> Body:
    """The answer to who registers one."""
    return {"status": standings[0].status, "ahead": standings[0].ahead, "token": tokens[0]}


def one_of_his(outcome: Outcome, standings: Sequence[Standing], tokens: Sequence[str]) -> Body:
    """The answer to who gives the training, and registers one."""
    return {"version": outcome.version, **one(outcome, standings, tokens)}


def group(_: Outcome, standings: Sequence[Standing], tokens: Sequence[str]) -> Body:
    """The answer to who registers many."""
    people = [{"status": standing.status, "token": token} for standing, token in zip(standings, tokens, strict=True)]
    waiting = sum(standing.status == "waiting" for standing in standings)
    return {"registered": len(people) - waiting, "waiting": waiting, "people": people}


def _new(outcome: Outcome) -> set[str]:
    """Those who came on the roll now."""
    new: set[str] = set()
    for event in outcome.events:
        match event:
            case told.ProfessionalRegistered(professional=who) | told.ProfessionalPutOnWaitingList(professional=who):
                new.add(who.participant_id)
    return new
