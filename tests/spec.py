"""Given facts, when a command, then facts or a refusal: how the tests of decisions are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Generic, TypeVar

from shared.domain.messages import Command, Event, Refused
from shared.eventstore.command_handler import Decider

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Answer(Generic[E]):
    """What came of the command."""

    events: tuple[E, ...]
    refusal: str | None

    def then(self, *expected: E) -> None:
        """Exactly these facts; none means that nothing changed."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == expected

    def refused(self, code: str) -> None:
        """The programme says no, for this reason."""
        assert self.refusal == code, self.refusal or self.events


@dataclass(frozen=True)
class Spec(Generic[S, C, E]):
    """A history to decide upon."""

    decider: Decider[S, C, E]
    history: tuple[E, ...] = ()

    def given(self, *events: E) -> Spec[S, C, E]:
        """The same history and these facts after it."""
        return replace(self, history=(*self.history, *events))

    def when(self, command: C) -> Answer[E]:
        """Decide the command on that history."""
        state = reduce(self.decider.evolve, self.history, self.decider.initial)
        try:
            return Answer(tuple(self.decider.decide(state, command)), None)
        except Refused as refusal:
            return Answer((), refusal.code)


def spec(decider: Decider[S, C, E]) -> Spec[S, C, E]:
    """Start from nothing."""
    return Spec(decider)
