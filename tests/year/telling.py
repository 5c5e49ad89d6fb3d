"""A year told to the services: each fact a request, in an order drawn anew among those that the programme allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from shared.http.auth import Role
from tests.year.programme import Programme

AT_ONCE = 6
Body = dict[str, Any] | str
Made = Callable[[Programme], Awaitable[Body | None]]


class NotAsToldError(AssertionError):
    """A service refused what is true, or took what it had to refuse."""


@dataclass(eq=False)
class Request:
    """One thing to tell. `after`: what was told before it; `heard`: what every service has heard before it.

    A body that is made when it is told is None when there is nothing to tell any more. `refused` is the code of the
    refusal that it must meet. `of` are the things it is about: no two requests about one are told at once.
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
    known: bool = False
    answer: Any = None

    @property
    def ready(self) -> bool:
        return all(each.told for each in self.after) and all(each.known for each in self.heard)


async def tell(programme: Programme, requests: list[Request], random: Random) -> int:
    """Tell all of them; how often everybody was waited for."""
    left, waits = list(requests), 0
    random.shuffle(left)
    while left:
        ready = _some(left)
        if not ready or random.random() < 0.01:
            if not ready and all(each.known for each in requests if each.told):
                raise NotAsToldError([each.path for each in left[:5]])
            await programme.settled()
            waits += 1
            for each in requests:
                each.known = each.told
            continue
        await asyncio.gather(*(_tell(programme, each) for each in ready))
        chosen = {id(each) for each in ready}
        left = [each for each in left if id(each) not in chosen]
        if random.random() < 0.02:
            random.shuffle(left)
    await programme.settled()
    return waits


def _some(left: list[Request]) -> list[Request]:
    """A few of those that may be told now, about different things."""
    found: list[Request] = []
    about: set[str] = set()
    for each in left:
        if len(found) == AT_ONCE:
            break
        if about.isdisjoint(each.of) and each.ready:
            found.append(each)
            about |= each.of
    return found


async def _tell(programme: Programme, request: Request) -> None:
    body = request.body if isinstance(request.body, dict | str) else await request.body(programme)
    for _ in range(2 if request.twice else 1) if body is not None else ():
        answer = await programme.ask(
            request.service, request.method, request.path, body, role=request.role, organisation=request.organisation
        )
        if request.refused:
            if answer.is_success or answer.json().get("code") != request.refused:
                raise NotAsToldError(f"{request.path} {body} was answered {answer.status_code}: {answer.text}")
        elif not answer.is_success:
            raise NotAsToldError(f"{request.path} {body} was answered {answer.status_code}: {answer.text}")
        request.answer = answer.json() if answer.content else None
    request.told = True
