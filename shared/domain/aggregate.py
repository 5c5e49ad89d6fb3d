"""Aggregates: a kind of stream with its rules, the change a command makes, and the commands a policy issues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeAlias, TypeVar

from shared.domain.messages import Command, Event, Recorded

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
T = TypeVar("T")
F = TypeVar("F", bound=Event)


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[S, C, E]):
    """One kind of stream: the prefix of its name, the types of its events, and its decider.

    `decide` and `evolve` are pure functions of (state, command) and (state, event). `long`: its streams grow so long
    that their states are cached between commands.
    """

    prefix: str
    events: tuple[type[Event], ...]
    initial: S
    decide: Callable[[S, C], list[E]]
    evolve: Callable[[S, E], S]
    long: bool = False

    def stream(self, aggregate_id: str) -> str:
        """The stream of one of them; its messages have it as key."""
        return f"{self.prefix}-{aggregate_id}"

    def id_of(self, stream: str) -> str:
        """The id in the name of one of its streams."""
        return stream.removeprefix(f"{self.prefix}-")

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after `events`, from `state` or the initial one."""
        return reduce(self.evolve, events, self.initial if state is None else state)

    def change(self, recorded: Sequence[Recorded[E]], state: S) -> Change[S, E]:
        """These events of one stream, with the state after them."""
        return Change(self, recorded, state)


AnyAggregate: TypeAlias = Aggregate[Any, Any, Any]  # of whichever kind: a service lists its aggregates together


@dataclass(frozen=True, slots=True)
class Change(Generic[S, E]):
    """Events of one stream, in order, and the state of the stream after the last of them."""

    aggregate: Aggregate[S, Any, E]  # its commands do not matter here
    recorded: Sequence[Recorded[E]]
    state: S

    @property
    def stream(self) -> str:
        """The stream that was changed."""
        return self.recorded[0].stream

    @property
    def id(self) -> str:
        """The id of the aggregate that was changed."""
        return self.aggregate.id_of(self.stream)

    def of(self, aggregate: Aggregate[T, Any, F]) -> Change[T, F] | None:  # whatever its commands
        """The same change when it is one of `aggregate`, else None."""
        return Change(aggregate, self.recorded, self.state) if self.aggregate is aggregate else None  # type: ignore[arg-type]


AnyChange: TypeAlias = Change[Any, Any]  # a projection gets those of every aggregate


@dataclass(frozen=True, slots=True)
class Issued(Generic[S, C, E]):
    """A command that a policy issues to an aggregate."""

    aggregate: Aggregate[S, C, E]
    aggregate_id: str
    command: C

    @property
    def stream(self) -> str:
        """The stream that decides it."""
        return self.aggregate.stream(self.aggregate_id)


AnyIssued: TypeAlias = Issued[Any, Any, Any]  # to whichever aggregate
Policy: TypeAlias = Callable[[Event, Command], Iterator[AnyIssued]]
"""What an event leads to on other aggregates, and in the same transaction; the command is the one that caused it."""


def by_prefix(aggregates: Iterable[AnyAggregate]) -> Mapping[str, AnyAggregate]:
    """The aggregates by the prefix of their streams. Raises ValueError for two of one prefix, or one event in two."""
    found: dict[str, AnyAggregate] = {}
    owner: dict[str, str] = {}
    for each in aggregates:
        if "-" in each.prefix or each.prefix in found:
            raise ValueError(each.prefix)
        found[each.prefix] = each
        for event in each.events:
            if owner.setdefault(event.__name__, each.prefix) != each.prefix:
                raise ValueError(event.__name__)
    return found
