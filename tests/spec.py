"""Given events, when a command, then events or a refusal: how the tests of decisions are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.messages import Command, Event, Refused

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Answer(Generic[E]):
    """What came of the command."""

    events: tuple[E, ...]
    refusal: str | None

    def then(self, *expected: E) -> None:
        """Exactly these events; none means that nothing changed."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == expected

    def refused(self, code: str) -> None:
        """The programme says no, for this reason."""
        assert self.refusal == code, self.refusal or self.events


@dataclass(frozen=True)
class Spec(Generic[S, C, E]):
    """A history to decide upon."""

    aggregate: Aggregate[S, C, E]
    history: tuple[E, ...] = ()

    def given(self, *events: E) -> Spec[S, C, E]:
        """The same history and these events after it."""
        return replace(self, history=(*self.history, *events))

    def state(self) -> S:
        """The state after that history."""
        return self.aggregate.fold(self.history)

    def when(self, command: C) -> Answer[E]:
        """Decide the command on that history."""
        try:
            return Answer(tuple(self.aggregate.decide(self.state(), command)), None)
        except Refused as refusal:
            return Answer((), refusal.code)


def spec(aggregate: Aggregate[S, C, E]) -> Spec[S, C, E]:
    """Start from nothing."""
    return Spec(aggregate)
