"""Command to answer: decides, answers, and keeps the whole answer under its `Idempotency-Key`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from inspect import isawaitable
from typing import Any, TypeAlias, TypeVar

import structlog
from fastapi import Request, Response
from pydantic import BaseModel

from shared.domain.messages import Command, Event, Meta, Recorded, Refused
from shared.eventstore.command_handler import Beside, Decider, Outcome, Permit, handle
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.idempotency import AlreadyAnswered, Asked, Kept
from shared.http.auth import Caller
from shared.http.idempotency_key import Answers, response_of
from shared.observability import metrics

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
Said: TypeAlias = "Mapping[str, Any] | None"
# What the answer says, made in the transaction of the events, after everything that is written beside them.
Body: TypeAlias = "Callable[[Outcome], Awaitable[Said] | Said]"
_Act: TypeAlias = "Callable[[Asked | None], Awaitable[Kept]]"
# Asked before an answer is given again: raises NotVisible (404) when the caller may hear it no more.
MaySee: TypeAlias = "Callable[[Connection], Awaitable[object]]"


class Done(BaseModel):
    """The answer to a command: the version of what it was asked of."""

    version: int


def meta_of(command: Command) -> Meta:
    """What is kept beside the facts of a request: who asked, and its thread."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id", "")
    return Meta(by=command.by, correlation_id=correlation)


@dataclass(slots=True)
class Commands:
    """Takes the commands of one service: stamps, decides, answers, and keeps the answer under its key."""

    store: EventStore

    async def take(
        self,
        request: Request,
        caller: Caller,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        *,
        created: bool = False,
        permit: Permit[S] | None = None,
    ) -> Response:
        """200 or 201 with the new version. `beside` writes in the transaction of the facts.

        `permit` is asked of the state that is decided on, also before an answer is given again, and raises
        NotVisible (404). What was `created` before is answered with the version of then, whatever happened since.

        Raises Refused and VersionConflict (409), and Refused `idempotency-key-reused`.
        """
        said = 0

        async def find_version(connection: Connection, outcome: Outcome) -> None:
            nonlocal said
            said = outcome.version
            if created and not outcome.events:
                said = first_done(decider, await self.store.read(connection, stream), command)

        hooks, subject = [*beside, find_version], caller.subject
        return await self.answer(
            request,
            subject,
            stream,
            decider,
            command,
            hooks,
            permit=permit,
            created=created,
            body=lambda _: {"version": said},
        )

    async def answer(
        self,
        request: Request,
        subject: str | None,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        *,
        body: Body,
        created: bool = False,
        permit: Permit[S] | None = None,
    ) -> Response:
        """As `take`, for an answer that says more than a version, or whose `subject` is nobody (None)."""
        status = 201 if created else 200
        return response_of(
            await self.kept(request, subject, stream, decider, command, beside, body=body, status=status, permit=permit)
        )

    async def kept(
        self,
        request: Request,
        subject: str | None,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        *,
        body: Body,
        status: int = 200,
        permit: Permit[S] | None = None,
    ) -> Kept:
        """As `answer`, for a route that makes its response of it: a paper, of the code that stands on it."""
        said: list[Said] = []

        async def say(_: Connection, outcome: Outcome) -> None:
            saying = body(outcome)
            said[:] = [await saying if isawaitable(saying) else saying]

        async def act(asked: Asked | None) -> Kept:
            async def remember(connection: Connection, _: Outcome) -> None:
                if asked:
                    await asked.remember(connection, stream, Kept(status, said[0]))

            await self.decide(stream, decider, command, [*beside, say, remember], permit)
            return Kept(status, said[0])

        async def may_see(connection: Connection) -> None:
            facts = await self.store.read(connection, stream)
            if permit:
                permit(reduce(decider.evolve, (fact.event for fact in facts), decider.initial))

        return await self._once(request, subject, stream, act, may_see if permit else None)

    async def once(
        self,
        request: Request,
        subject: str | None,
        stream: str,
        work: Callable[[Connection], Awaitable[Said]],
        *,
        status: int = 200,
        may_see: MaySee | None = None,
    ) -> Response:
        """A write that is no command of an aggregate, in a transaction of its own, once under its key.

        `stream` is what it is about; `work` returns what the answer says. `may_see` is asked before that is said again.
        """

        async def act(asked: Asked | None) -> Kept:
            async with self.store.transaction() as connection:
                answer = Kept(status, await work(connection))
                if asked:
                    await asked.remember(connection, stream, answer)
            return answer

        return response_of(await self._once(request, subject, stream, act, may_see))

    async def _once(
        self, request: Request, subject: str | None, stream: str, act: _Act, may_see: MaySee | None = None
    ) -> Kept:
        """The answer given before, or else that of `act`; of two at once, the second gets the answer of the first."""
        answers: Answers = request.app.state.answers
        asked = await answers.asked(request, subject)
        if asked is None:
            return await act(None)
        earlier = await self._earlier(asked)
        if earlier is None:
            try:
                return await act(asked)
            except (AlreadyAnswered, Refused, VersionConflict) as second:
                earlier = await self._earlier(asked)
                if earlier is None:  # refused on its own account, or the answer was forgotten between the two looks
                    raise second if not isinstance(second, AlreadyAnswered) else VersionConflict(stream) from None
        if may_see:
            async with self.store.pool.acquire() as connection:
                await may_see(connection)
        return earlier

    async def answered(self, request: Request, subject: str | None) -> Kept | None:
        """The answer to this request when it was given before, under its key; who may hear it, the caller asks."""
        answers: Answers = request.app.state.answers
        asked = await answers.asked(request, subject)
        return await self._earlier(asked) if asked else None

    async def _earlier(self, asked: Asked) -> Kept | None:
        async with self.store.pool.acquire() as connection:
            return await asked.earlier(connection)

    async def decide(
        self,
        stream: str,
        decider: Decider[S, C, E],
        command: C,
        beside: Sequence[Beside] = (),
        permit: Permit[S] | None = None,
    ) -> Outcome:
        """What the command comes to, where no answer is kept."""
        outcome = await handle(self.store, stream, decider, command, meta_of(command), beside, permit)
        metrics.APPENDED.inc(len(outcome.events))
        return outcome


def first_done(decider: Decider[S, C, E], facts: Sequence[Recorded[E]], command: C) -> int:
    """The version at which the command was done already: of what was appended at once, the last."""
    state = decider.initial
    for fact, following in zip(facts, [*facts[1:], None], strict=True):
        state = decider.evolve(state, fact.event)
        if following is None or following.at != fact.at:
            try:
                if not decider.decide(state, command):
                    return fact.version
            except Refused:
                continue
    return len(facts)
