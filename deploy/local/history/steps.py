"""One request of a synthetic history, and the ids and chances it is invented from."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Literal, TypeVar

from pydantic_core import to_jsonable_python

from deploy.local.figures import Asked
from shared.http.auth import Role

Service = Literal["referral", "carousel", "training"]
Body = Mapping[str, Any]
LAST = date(2025, 12, 31)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One request: the day it happened, who may ask it, where, what; `key` makes it repeatable.

    A body is JSON, or a CSV as text. Steps `of` the same thing are asked in their order.
    `organisation` is the one that the caller acts for. `opinions` are given by the links that the answer holds.
    """

    service: Service
    of: str
    on: date
    role: Role
    path: str
    body: Body | str
    key: str
    organisation: str | None = None
    opinions: tuple[Body, ...] = ()


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Where one part of the history takes its ids and its chances from: the same file and seed give the same."""

    asked: Asked
    space: uuid.UUID
    random: Random

    @classmethod
    def of(cls, asked: Asked, seed: int, part: str) -> Synthetic:
        """For that part of the history: what one part needs of chance changes nothing in another."""
        content = json.dumps([asked.model_dump(), seed])
        return cls(asked, uuid.uuid5(uuid.NAMESPACE_OID, "carrousel synthetic " + content), Random(f"{part} {content}"))

    @property
    def first(self) -> date:
        """The first day of the project."""
        return date(LAST.year + 1 - self.asked.project.duration_years, 1, 1)

    def id(self, what: str, *which: object) -> str:
        """The same thing always has the same id."""
        return str(uuid.uuid5(self.space, " ".join(map(str, (what, *which)))))

    def evenly(self, number: int, *, after: int = 0, before: int = 0) -> list[date]:
        """So many days, evenly over the years but for their first and last days."""
        begin = self.first + timedelta(after)
        span = (LAST - begin).days - before
        return [begin + timedelta(span * nth // (number + 1)) for nth in range(1, number + 1)]

    def teller(self, service: Service, of: str, role: Role, organisation: str | None = None) -> Teller:
        """Who tells what happens to one thing."""
        return Teller(self.space, service, of, role, organisation)


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the steps of one thing, each with the key that makes it repeatable."""

    space: uuid.UUID
    service: Service
    of: str
    role: Role
    organisation: str | None

    def dated(self, on: date, path: str, **body: object) -> Step:
        """A request whose body says the day as `on`."""
        return self.step(on, path, {"on": on, **body})

    def step(self, on: date, path: str, body: Body | str, opinions: tuple[Body, ...] = ()) -> Step:
        """A request with that body."""
        told = to_jsonable_python(body)
        key = str(uuid.uuid5(self.space, f"{self.service} {path} {json.dumps(told, sort_keys=True)}"))
        return Step(self.service, self.of, on, self.role, path, told, key, self.organisation, opinions)


def one(random: Random, weights: Mapping[T, int]) -> T:
    """One of them, as often as its weight says."""
    return random.choices(list(weights), list(weights.values()))[0]


def deck(random: Random, weights: Mapping[T, int], number: int) -> list[T]:
    """So many, each as often as its weight says as far as the number allows."""
    whole = [each for each, weight in weights.items() for _ in range(weight)]
    return [each for _ in range(-(-number // len(whole))) for each in random.sample(whole, len(whole))][:number]
