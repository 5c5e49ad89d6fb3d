"""What every route works with: the rules of each stream, how people become participants, how an answer is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

import asyncpg
from fastapi import APIRouter, Request

from services.training import organisations
from services.training.commands.network import NetworkEventCommand
from services.training.commands.steering import MeetingCommand, PartnerCommand
from services.training.commands.training import TrainingCommand
from services.training.domain import meeting, network_event, partner, training
from services.training.events.network import NetworkEventEvent
from services.training.events.steering import MeetingEvent, PartnerEvent
from services.training.events.training import TrainingEvent
from services.training.events.values import Professional
from services.training.names import Contact
from services.training.people import Overtaken, People
from services.training.requests import Newcomer
from shared.domain.messages import Command, Event
from shared.eventstore.command_handler import TransactionHook, Decider, Outcome, AccessCheck
from shared.eventstore.event_store import Connection, VersionConflict
from shared.eventstore.state_cache import Folded
from shared.http.commands import Commands

Trainings: TypeAlias = Decider[training.Training, TrainingCommand, TrainingEvent]
Events: TypeAlias = Decider[network_event.NetworkEvent, NetworkEventCommand, NetworkEventEvent]
Meetings: TypeAlias = Decider[meeting.Meeting, MeetingCommand, MeetingEvent]
Partners: TypeAlias = Decider[partner.Partner, PartnerCommand, PartnerEvent]

TRAININGS: Trainings = Decider(training.initial, training.decide, training.evolve)
EVENTS: Events = Decider(network_event.initial, network_event.decide, network_event.evolve)
MEETINGS: Meetings = Decider(meeting.initial, meeting.decide, meeting.evolve)
PARTNERS: Partners = Decider(partner.initial, partner.decide, partner.evolve)

PUBLIC = "public"
_ATTEMPTS = 5

T = TypeVar("T")
S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
Body: TypeAlias = dict[str, Any]
Write: TypeAlias = Callable[[Connection], Awaitable[None]]
Act: TypeAlias = Callable[[tuple[Professional, ...], Mapping[str, Contact]], Awaitable[T]]
Routes: TypeAlias = Callable[[APIRouter, "Desk"], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """The commands of the service and its people; long rolls and guest lists are not folded whole each time."""

    commands: Commands
    people: People
    public_url: str = ""
    trainings: Trainings = field(default_factory=lambda: replace(TRAININGS, folded=Folded()))
    events: Events = field(default_factory=lambda: replace(EVENTS, folded=Folded()))

    @property
    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        """Connections to read by."""
        return self.commands.store.pool

    async def known(self, *organisation_ids: str | None) -> None:
        """Raises Refused for an organisation that is not in the register, from which none ever goes."""
        async with self.pool.acquire() as connection:
            await organisations.require(connection, organisation_ids)

    async def introduce(self, newcomers: Sequence[Newcomer], act: Act[T]) -> T:
        """Act for these people under their ids, old or new: `act` keeps what was told of them with its facts."""
        contacts = [newcomer.contact() for newcomer in newcomers]
        await self.known(*(newcomer.organisation_id for newcomer in newcomers))
        for attempt in range(1, _ATTEMPTS + 1):
            async with self.pool.acquire() as connection:
                ids = await self.people.authenticate(connection, contacts)
            found = dict(zip(reversed(ids), reversed(contacts), strict=True))
            professionals = tuple(newcomer.professional(each) for newcomer, each in zip(newcomers, ids, strict=True))
            try:
                return await act(professionals, found)
            except Overtaken:
                if attempt == _ATTEMPTS:
                    raise VersionConflict(PUBLIC) from None
        raise AssertionError

    async def answer(
        self,
        request: Request,
        subject: str | None,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[TransactionHook] = (),
        *,
        body: Callable[[Outcome], Body],
        permit: AccessCheck[S] | None = None,
    ) -> Body:
        """What a command is answered with: `body`, made once `beside` has written, and kept under the request's key.

        `subject` is None for who comes without a token.
        """
        kept = await self.commands.kept(request, subject, stream, decider, command, beside, body=body, permit=permit)
        said: Body = kept.body
        return said

    async def answered(self, request: Request, subject: str | None) -> bool:
        """Whether a request was answered before, under its key."""
        return await self.commands.answered(request, subject) is not None

    async def once(self, request: Request, subject: str | None, stream: str, write: Write) -> None:
        """Write what is no fact, about `stream`, in one transaction, once under the request's key."""

        async def work(connection: Connection) -> Body:
            await write(connection)
            return {}

        await self.commands.once(request, subject, stream, work)
