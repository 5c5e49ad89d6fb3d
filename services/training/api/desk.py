"""What every route works with: the rules of each stream, who may see it, and how people become participants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import asyncpg
from fastapi import APIRouter

from services.training import organisations
from services.training.domain import meeting, network_event, partner, training
from services.training.events.values import Professional
from services.training.people import Overtaken, People
from services.training.requests import Newcomer
from services.training.views import network_events, steering, trainings
from shared.callers import Caller, Role
from shared.decider import Beside, Decider, Outcome
from shared.event_store import Connection
from shared.web import Commands, NotVisible, allow

TRAININGS: Decider[Any, Any, Any] = Decider(training.initial, training.decide, training.evolve)
EVENTS: Decider[Any, Any, Any] = Decider(network_event.initial, network_event.decide, network_event.evolve)
MEETINGS: Decider[Any, Any, Any] = Decider(meeting.initial, meeting.decide, meeting.evolve)
PARTNERS: Decider[Any, Any, Any] = Decider(partner.initial, partner.decide, partner.evolve)
TRAINS = allow(Role.TRAINER)
COORDINATES = allow(Role.COORDINATOR)
STEERS = allow(Role.COORDINATOR, Role.STEERING)
READS = allow(Role.TRAINER, Role.COORDINATOR, Role.STEERING, Role.FACILITATOR, Role.REFERRER)
_ATTEMPTS = 5

T = TypeVar("T")
Act = Callable[[tuple[Professional, ...], Beside], Awaitable[T]]
Routes = Callable[[APIRouter, "Desk"], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """The commands of the service and its people."""

    commands: Commands
    people: People
    public_url: str = ""

    @property
    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        """Connections to read by."""
        return self.commands.store.pool

    async def trains(self, caller: Caller, training_id: str) -> None:
        """Raises NotVisible unless the caller's organisation gives this training in one of his cities."""
        async with self.pool.acquire() as connection:
            if not await trainings.visible(connection, caller, training_id):
                raise NotVisible

    async def coordinates_event(self, caller: Caller, event_id: str) -> None:
        """Raises NotVisible unless the network event is in one of the caller's cities."""
        async with self.pool.acquire() as connection:
            _in_his_cities(caller, await network_events.city_of(connection, event_id))

    async def coordinates_meeting(self, caller: Caller, meeting_id: str) -> None:
        """Raises NotVisible unless the meeting is in one of the caller's cities."""
        async with self.pool.acquire() as connection:
            _in_his_cities(caller, await steering.city_of(connection, meeting_id))

    async def coordinates_partner(self, caller: Caller, partner_id: str) -> None:
        """Raises NotVisible unless the organisation is of one of the caller's cities."""
        async with self.pool.acquire() as connection:
            _in_his_cities(caller, await organisations.city_of(connection, partner_id))

    async def known(self, *organisation_ids: str | None) -> None:
        """Raises Refused for an organisation that is not in the register."""
        async with self.pool.acquire() as connection:
            await organisations.require(connection, organisation_ids)

    async def introduce(self, newcomers: Sequence[Newcomer], on: date, act: Act[T]) -> T:
        """Act for these people under their ids, old or new; who takes part is kept with the facts, and nobody else."""
        contacts = [newcomer.contact() for newcomer in newcomers]
        await self.known(*(newcomer.organisation_id for newcomer in newcomers))
        for attempt in range(1, _ATTEMPTS + 1):
            async with self.pool.acquire() as connection:
                ids = await self.people.recognise(connection, contacts)
            found = dict(zip(reversed(ids), reversed(contacts), strict=True))

            async def keep(connection: Connection, outcome: Outcome) -> None:
                taking_part = _introduced(outcome)
                met = {each: contact for each, contact in found.items() if each in taking_part}  # noqa: B023 - awaited
                await self.people.meet(connection, met, on)

            professionals = tuple(newcomer.professional(each) for newcomer, each in zip(newcomers, ids, strict=True))
            try:
                return await act(professionals, keep)
            except Overtaken:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError


def _introduced(outcome: Outcome) -> set[str]:
    people = (getattr(event, "professional", None) or getattr(event, "guest", None) for event in outcome.events)
    return {each.participant_id for each in people if each}


def _in_his_cities(caller: Caller, city: str | None) -> None:
    if caller.role is not Role.COORDINATOR or city not in caller.cities:
        raise NotVisible
