"""A carousel in memory: the real rules and their consequences, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from services.carousel.consequences import CYCLES, OFFERS, PARTICIPATIONS, asks, of_cycle, of_offer, of_participation
from services.carousel.domain.cycle import Cycle
from services.carousel.domain.participation import Participation
from shared.domain.messages import Command, Event, Refused
from shared.eventstore.command_handler import Decider


@dataclass
class World:
    """Streams of facts; a command and everything it leads to holds, or nothing of it."""

    streams: dict[str, list[Event]] = field(default_factory=dict)

    def do(self, command: Any) -> str | None:
        """Take a command; returns the code of a refusal."""
        before = {name: list(events) for name, events in self.streams.items()}
        try:
            self._take(*_where(command), command)
        except Refused as refusal:
            self.streams = before
            return refusal.code
        return None

    def _take(self, stream: str, decider: Decider[Any, Any, Any], command: Command) -> None:
        facts = self.streams.setdefault(stream, [])
        events = decider.decide(reduce(decider.evolve, facts, decider.initial), command)
        facts.extend(events)
        for event in events:
            for asked in asks(event, command):
                self._take(asked.stream, asked.decider, asked.command)

    def cycle(self, cycle_id: str) -> Cycle:
        """A cycle as it stands."""
        state: Cycle = reduce(CYCLES.evolve, self.streams.get(of_cycle(cycle_id), []), CYCLES.initial)
        return state

    def person(self, referral_id: str) -> Participation:
        """A participation as it stands."""
        facts = self.streams.get(of_participation(referral_id), [])
        state: Participation = reduce(PARTICIPATIONS.evolve, facts, PARTICIPATIONS.initial)
        return state


def _where(command: Any) -> tuple[str, Decider[Any, Any, Any]]:
    if type(command).__module__.endswith("participation"):
        return of_participation(command.referral_id), PARTICIPATIONS
    if hasattr(command, "cycle_id"):
        return of_cycle(command.cycle_id), CYCLES
    return of_offer(command.offer_id), OFFERS
