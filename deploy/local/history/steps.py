"""One request of a synthetic history, and the ids and chances it is invented from."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import date
from random import Random
from typing import Any, Literal, TypeVar

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
    first: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", date(LAST.year + 1 - self.asked.duration_years, 1, 1))

    @classmethod
    def of(cls, asked: Asked, seed: int, part: str) -> Synthetic:
        """For that part of the history: what one part needs of chance changes nothing in another."""
        content = json.dumps([astuple(asked), seed])
        chance = Random(hashlib.sha256(f"{part} {content}".encode()).hexdigest())
        return cls(asked, uuid.uuid5(uuid.NAMESPACE_OID, "carrousel synthetic " + content), chance)

    def id(self, what: str, *which: object) -> str:
        """The same thing always has the same id."""
        return str(uuid.uuid5(self.space, " ".join(map(str, (what, *which)))))

    def step(self, service: Service, of: str, on: date, role: Role, path: str, body: Body | str, **more: Any) -> Step:
        """A request with the key that makes it repeatable."""
        key = str(uuid.uuid5(self.space, f"{service} {path} {json.dumps(body, sort_keys=True)}"))
        return Step(service, of, on, role, path, body, key, **more)


def one(random: Random, weights: Mapping[T, int]) -> T:
    """One of them, as often as its weight says."""
    return random.choices(list(weights), list(weights.values()))[0]


def deck(random: Random, weights: Mapping[T, int], number: int) -> list[T]:
    """So many, each as often as its weight says as far as the number allows."""
    whole = [each for each, weight in weights.items() for _ in range(weight)]
    drawn: list[T] = []
    while len(drawn) < number:
        drawn.extend(random.sample(whole, len(whole)))
    return drawn[:number]
