"""Commands over HTTP: handles one, answers, and stores the answer under its `Idempotency-Key`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from inspect import isawaitable
from typing import Annotated, Generic, TypeAlias, TypeVar

import structlog
from fastapi import Depends, Request, Response
from pydantic import BaseModel

from shared.domain.aggregate import Aggregate
from shared.domain.messages import Command, Event, JsonObject, Meta, Recorded, Refused
from shared.eventstore.command_handler import AccessCheck, Handling, IssuedCheck, Outcome, TransactionHook
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.idempotency import AlreadyAnswered, KeyedRequest, StoredAnswer
from shared.eventstore.loading import load
from shared.http.auth import Caller
from shared.http.idempotency_key import IdempotencyKeys, response_of
from shared.observability import metrics

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
Content: TypeAlias = "JsonObject | None"
ContentOf: TypeAlias = "Callable[[Outcome], Awaitable[Content] | Content]"
"""The body of the answer, made in the transaction of the events, after every hook."""
RecheckAccess: TypeAlias = "Callable[[Connection], Awaitable[object]]"
"""Called before an answer is given again: raises NotVisible (404) when the caller may see it no more."""
_Answer: TypeAlias = "Callable[[KeyedRequest | None], Awaitable[StoredAnswer]]"


class Done(BaseModel):
    """The answer to a command: the version of the aggregate after it."""

    version: int


def meta_of(command: Command) -> Meta:
    """The metadata of the events of a request: the caller and the trace id."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id", "")
    return Meta(by=command.by, correlation_id=correlation)


@dataclass(frozen=True, slots=True)
class Commands:
    """Handles the commands of one request: a FastAPI dependency, `commands: Commanding`."""

    store: EventStore
    keys: IdempotencyKeys
    request: Request
    subject: str | None

    async def run(
        self,
        aggregate: Aggregate[S, C, E],
        aggregate_id: str,
        command: C,
        *,
        check_access: AccessCheck[S] | None = None,
        check_issued: IssuedCheck | None = None,
        hooks: Sequence[TransactionHook] = (),
        content: ContentOf | None = None,
        created: bool = False,
    ) -> Response:
        """200, or 201 when `created`, with the new version or `content`. Raises Refused, VersionConflict, NotVisible.

        `check_access` is asked of the state that is decided on, also before an answer is given again. What was
        `created` before is answered with the version of then, whatever happened since.
        """
        answer = await self.answer(
            aggregate,
            aggregate_id,
            command,
            check_access=check_access,
            check_issued=check_issued,
            hooks=hooks,
            content=content,
            status=201 if created else 200,
        )
        return response_of(answer)

    async def answer(
        self,
        aggregate: Aggregate[S, C, E],
        aggregate_id: str,
        command: C,
        *,
        check_access: AccessCheck[S] | None = None,
        check_issued: IssuedCheck | None = None,
        hooks: Sequence[TransactionHook] = (),
        content: ContentOf | None = None,
        status: int = 200,
    ) -> StoredAnswer:
        """As `run`, for a route that makes its own response of the answer, as a document of the code on it."""
        handling = Handling(
            self.store, aggregate, aggregate_id, command, meta_of(command), hooks, check_access, check_issued
        )
        answering = _CommandAnswer(handling, content, status)

        async def recheck_access(connection: Connection) -> None:
            if check_access:
                check_access((await load(connection, self.store, aggregate, aggregate_id))[1])

        see = recheck_access if check_access else None
        return await self._once(aggregate.stream(aggregate_id), answering.run, see)

    async def once(
        self,
        about: str,
        work: Callable[[Connection], Awaitable[Content]],
        *,
        status: int = 200,
        recheck_access: RecheckAccess | None = None,
    ) -> Response:
        """A write that is no command of an aggregate, in a transaction of its own, once under its key.

        `about` is the stream or id that it is about; `work` returns the body of the answer.
        """

        async def act(keyed: KeyedRequest | None) -> StoredAnswer:
            async with self.store.transaction() as connection:
                answer = StoredAnswer(status, await work(connection))
                if keyed:
                    await keyed.remember(connection, about, answer)
            return answer

        return response_of(await self._once(about, act, recheck_access))

    async def _once(self, about: str, act: _Answer, recheck_access: RecheckAccess | None) -> StoredAnswer:
        """The answer given before, or else that of `act`; of two at once, the second gets the answer of the first."""
        keyed = await self.keys.keyed_request(self.request, self.subject)
        if keyed is None:
            return await act(None)
        earlier = await self._earlier(keyed)
        if earlier is None:
            try:
                return await act(keyed)
            except (AlreadyAnswered, Refused, VersionConflict) as second:
                earlier = await self._earlier(keyed)
                if earlier is None:  # refused for its own sake, or the answer was purged in between
                    raise second if not isinstance(second, AlreadyAnswered) else VersionConflict(about) from None
        if recheck_access:
            async with self.store.pool.acquire() as connection:
                await recheck_access(connection)
        return earlier

    async def earlier_answer(self) -> StoredAnswer | None:
        """The answer to this request when it was given before, under its key; the route checks access to it."""
        keyed = await self.keys.keyed_request(self.request, self.subject)
        return await self._earlier(keyed) if keyed else None

    async def _earlier(self, keyed: KeyedRequest) -> StoredAnswer | None:
        async with self.store.pool.acquire() as connection:
            return await keyed.earlier(connection)


@dataclass(frozen=True, slots=True)
class _CommandAnswer(Generic[S, C, E]):
    """One command, with the answer that is stored in its transaction."""

    handling: Handling[S, C, E]
    content: ContentOf | None
    status: int

    async def run(self, keyed: KeyedRequest | None) -> StoredAnswer:
        """Handle the command; the answer is stored when the request has a key."""
        given: list[StoredAnswer] = []

        async def answer(connection: Connection, outcome: Outcome) -> None:
            made = self.content(outcome) if self.content else await self._version(connection, outcome)
            given[:] = [StoredAnswer(self.status, await made if isawaitable(made) else made)]
            if keyed:
                await keyed.remember(connection, self.handling.stream, given[0])

        outcome = await self.handling.followed_by(answer).run()
        metrics.APPENDED.inc(len(outcome.events))
        return given[0]

    async def _version(self, connection: Connection, outcome: Outcome) -> Content:
        handling = self.handling
        if self.status == HTTPStatus.CREATED and not outcome.events:
            past = await handling.store.read(connection, handling.stream)
            return {"version": first_done(handling.aggregate, past, handling.command)}
        return {"version": outcome.version}


def first_done(aggregate: Aggregate[S, C, E], past: Sequence[Recorded[E]], command: C) -> int:
    """The version at which the command was done already: of what was appended at once, the last."""
    state = aggregate.initial
    for recorded, following in zip(past, [*past[1:], None], strict=True):
        state = aggregate.evolve(state, recorded.event)
        if following is None or following.at != recorded.at:
            try:
                if not aggregate.decide(state, command):
                    return recorded.version
            except Refused:
                continue
    return len(past)


def store_of(request: Request) -> EventStore:
    """The event store of the service."""
    store: EventStore = request.app.state.store
    return store


def _commands_of(request: Request) -> Commands:
    caller = getattr(request.state, "caller", None)
    subject = caller.subject if isinstance(caller, Caller) else None
    return Commands(store_of(request), request.app.state.idempotency_keys, request, subject)


Commanding = Annotated[Commands, Depends(_commands_of)]
Store = Annotated[EventStore, Depends(store_of)]
