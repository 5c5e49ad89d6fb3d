"""What every route works with: the rules of each stream, how people become participants, how an answer is kept."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
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
from shared.decider import Beside, Decider, Outcome, Permit
from shared.event_store import Connection, VersionConflict
from shared.folded import Folded
from shared.idempotency import AlreadyAnswered, Asked
from shared.messages import Command, Event
from shared.web import Commands, Unacceptable

Trainings: TypeAlias = Decider[training.Training, TrainingCommand, TrainingEvent]
Events: TypeAlias = Decider[network_event.NetworkEvent, NetworkEventCommand, NetworkEventEvent]
Meetings: TypeAlias = Decider[meeting.Meeting, MeetingCommand, MeetingEvent]
Partners: TypeAlias = Decider[partner.Partner, PartnerCommand, PartnerEvent]

TRAININGS: Trainings = Decider(training.initial, training.decide, training.evolve)
EVENTS: Events = Decider(network_event.initial, network_event.decide, network_event.evolve)
MEETINGS: Meetings = Decider(meeting.initial, meeting.decide, meeting.evolve)
PARTNERS: Partners = Decider(partner.initial, partner.decide, partner.evolve)

PUBLIC = "public"
_SHORTEST_PUBLIC_KEY, _LONGEST_KEY = 16, 200
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
                ids = await self.people.recognise(connection, contacts)
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
        beside: Sequence[Beside] = (),
        *,
        body: Callable[[Outcome], Body],
        permit: Permit[S] | None = None,
    ) -> Body:
        """What a command is answered with: `body`, made once `beside` has written, and kept under the request's key.

        The one place where the answers that are more than a version meet `Idempotency-Key`: kept encrypted, as they
        hold one-time links. `subject` is None for who comes without a token.
        """
        said: Body = {}

        async def say(connection: Connection, outcome: Outcome) -> None:
            said.clear()
            said.update(body(outcome))
            if asked:
                await self._keep(connection, asked, said)

        asked = await _asked(request, subject)
        if (earlier := await self._earlier(asked)) is not None:
            return earlier
        try:
            await self.commands.decide(stream, decider, command, [*beside, say], permit)
        except AlreadyAnswered:
            return await self._surely_earlier(asked)
        return said

    async def answered(self, request: Request, subject: str | None) -> bool:
        """Whether a request was answered before, under its key."""
        return await self._earlier(await _asked(request, subject)) is not None

    async def once(self, request: Request, subject: str | None, write: Write) -> None:
        """Write what is no fact, in one transaction, once under the request's key."""
        asked = await _asked(request, subject)
        if await self._earlier(asked) is not None:
            return
        with suppress(AlreadyAnswered):
            async with self.pool.acquire() as connection, connection.transaction():
                await write(connection)
                if asked:
                    await self._keep(connection, asked, {})

    async def _keep(self, connection: Connection, asked: Asked, said: Body) -> None:
        await asked.keep(connection, 200, {"sealed": self.people.close(json.dumps(said))})

    async def _earlier(self, asked: Asked | None) -> Body | None:
        if asked is None:
            return None
        async with self.pool.acquire() as connection:
            kept = await asked.earlier(connection)
        answered: Body | None = json.loads(self.people.open(kept[1]["sealed"])) if kept else None
        return answered

    async def _surely_earlier(self, asked: Asked | None) -> Body:
        earlier = await self._earlier(asked)
        if earlier is None:  # its row was removed between the two looks
            raise VersionConflict(PUBLIC)
        return earlier


async def _asked(request: Request, subject: str | None) -> Asked | None:
    """The request under its key; without a token the key is long, so that nobody meets another's answer by chance."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    shortest = _SHORTEST_PUBLIC_KEY if subject is None else 1
    if not shortest <= len(key) <= _LONGEST_KEY:
        raise Unacceptable("idempotency-key-not-valid", [{"field": "header.idempotency-key", "code": "length"}])
    what = f"{request.method} {request.url.path}?{request.url.query}"
    return Asked.of(subject or PUBLIC, key, what, await request.body())
