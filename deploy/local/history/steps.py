"""The requests of a synthetic history, and the ids and random choices that they are made of."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal, TypeVar

from pydantic_core import to_jsonable_python

from deploy.local.figures import Figures
from shared.domain.messages import JsonObject
from shared.http.auth import Role

Service = Literal["referral", "carousel", "training"]
Body = JsonObject
LAST = date(2025, 12, 31)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One request: the day it happened, the role that may send it, where, what; `key` makes it repeatable.

    A body is JSON, or a CSV as text. Steps `of` the same thing are sent in their order.
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
    """The source of ids and random choices of one part of the history: the same file and seed give the same."""

    figures: Figures
    space: uuid.UUID
    random: Random

    @classmethod
    def of(cls, figures: Figures, seed: int, part: str) -> Synthetic:
        """For that part of the history: the random choices of one part change nothing in another."""
        content = json.dumps([figures.model_dump(), seed])
        return cls(
            figures, uuid.uuid5(uuid.NAMESPACE_OID, "carrousel synthetic " + content), Random(f"{part} {content}")
        )

    @property
    def first(self) -> date:
        """The first day of the project."""
        return date(LAST.year + 1 - self.figures.project.duration_years, 1, 1)

    def id(self, what: str, *which: object) -> str:
        """The same thing always has the same id."""
        return str(uuid.uuid5(self.space, " ".join(map(str, (what, *which)))))

    def evenly(self, number: int, *, after: int = 0, before: int = 0) -> list[date]:
        """So many days, evenly over the years but for their first and last days."""
        begin = self.first + timedelta(after)
        span = (LAST - begin).days - before
        return [begin + timedelta(span * nth // (number + 1)) for nth in range(1, number + 1)]

    def step_maker(self, service: Service, of: str, role: Role, organisation: str | None = None) -> StepMaker:
        """Makes the requests about one thing."""
        return StepMaker(self.space, service, of, role, organisation)


@dataclass(frozen=True, slots=True)
class StepMaker:
    """Makes the requests about one thing, each with the key that makes it repeatable."""

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
        json_body = to_jsonable_python(body)
        key = str(uuid.uuid5(self.space, f"{self.service} {path} {json.dumps(json_body, sort_keys=True)}"))
        return Step(self.service, self.of, on, self.role, path, json_body, key, self.organisation, opinions)


def one(random: Random, weights: Mapping[T, int]) -> T:
    """One of them, as often as its weight says."""
    return random.choices(list(weights), list(weights.values()))[0]


def deck(random: Random, weights: Mapping[T, int], number: int) -> list[T]:
    """So many, each as often as its weight says as far as the number allows."""
    whole = [each for each, weight in weights.items() for _ in range(weight)]
    return [each for _ in range(-(-number // len(whole))) for each in random.sample(whole, len(whole))][:number]
