"""A year told to the services: each fact a request, in an order drawn anew among those that the programme allows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from shared.http.auth import Role
from tests.year.programme import Programme

AT_ONCE, HEARD = 6, 0.08
Body = dict[str, Any] | str
Made = Callable[[Programme], Awaitable[Body | None]]


class NotAsToldError(AssertionError):
    """A service refused what is true, or took what it had to refuse."""


@dataclass(eq=False, repr=False)
class Request:
    """One thing to tell. `after`: what was told before it; `heard`: what every service has heard before it.

    A body that is made when it is told is None when there is nothing to tell any more. `refused` is the code of the
    refusal that it must meet. `of` are the things it is about: no two requests about one are told at once.
    It has no repr: requests name each other, so that the text of one would hold many times all before it.
    """

    service: str
    path: str
    body: Body | Made
    of: frozenset[str]
    role: Role = Role.FACILITATOR
    organisation: str | None = "intro"
    method: str = "POST"
    after: list[Request] = field(default_factory=list)
    heard: list[Request] = field(default_factory=list)
    twice: bool = False
    refused: str | None = None
    told: bool = False
    where: Callable[[], str] | None = None
    answer: Any = None


@dataclass
class _Order:
    """What may be told now: nothing that it comes after is left."""

    random: Random
    ready: list[Request] = field(default_factory=list)
    left: dict[Request, int] = field(default_factory=dict)
    followers: dict[Request, list[Request]] = field(default_factory=lambda: defaultdict(list))
    hearers: dict[Request, list[Request]] = field(default_factory=lambda: defaultdict(list))
    unheard: list[Request] = field(default_factory=list)

    def begin(self, requests: list[Request]) -> None:
        for each in requests:
            after, heard = set(each.after), set(each.heard)
            self.left[each] = len(after) + len(heard)
            for other in after:
                self.followers[other].append(each)
            for other in heard:
                self.hearers[other].append(each)
        self.ready = [each for each in requests if not self.left[each]]

    def some(self) -> list[Request]:
        """A few that may be told at once, drawn from all."""
        found: list[Request] = []
        about: set[str] = set()
        for each in self.random.sample(self.ready, min(len(self.ready), 4 * AT_ONCE)):
            if len(found) < AT_ONCE and about.isdisjoint(each.of):
                found.append(each)
                about |= each.of
        chosen = set(found)
        self.ready = [each for each in self.ready if each not in chosen]
        return found

    def told(self, requests: list[Request]) -> None:
        """What follows them may be told."""
        self.unheard += requests
        for each in requests:
            self._free(self.followers.pop(each, []))

    def heard(self) -> None:
        """Everybody has heard what was told."""
        for each in self.unheard:
            self._free(self.hearers.pop(each, []))
        self.unheard = []

    def _free(self, requests: list[Request]) -> None:
        for each in requests:
            self.left[each] -= 1
            if not self.left[each]:
                self.ready.append(each)


async def tell(programme: Programme, requests: list[Request], chance: Random) -> int:
    """Tell all of them; how often everybody was waited for."""
    order, told, waits = _Order(chance), 0, 0
    order.begin(requests)
    while told < len(requests):
        if not order.ready or chance.random() < HEARD:
            if not order.ready and not order.unheard:
                raise NotAsToldError([each.path for each, left in order.left.items() if left][:5])
            await programme.settled()
            waits += 1
            order.heard()
            continue
        some = order.some()
        await asyncio.gather(*(_tell(programme, each) for each in some))
        order.told(some)
        told += len(some)
    await programme.settled()
    return waits


async def _tell(programme: Programme, request: Request) -> None:
    body = request.body if isinstance(request.body, dict | str) else await request.body(programme)
    path = request.where() if request.where else request.path
    for _ in range(2 if request.twice else 1) if body is not None else ():
        answer = await programme.ask(
            request.service, request.method, path, body, role=request.role, organisation=request.organisation
        )
        if request.refused:
            if answer.is_success or answer.json().get("code") != request.refused:
                raise NotAsToldError(f"{path} {body} was answered {answer.status_code}: {answer.text}")
        elif not answer.is_success:
            raise NotAsToldError(f"{path} {body} was answered {answer.status_code}: {answer.text}")
        if request.answer is None:
            document = answer.headers.get("content-type") == "application/pdf"
            request.answer = answer.content if document or not answer.content else answer.json()
    request.told = True
