"""A carousel in memory: the real rules and policies, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from services.carousel.app import SERVICE
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import CycleCommand
from services.carousel.cycles.state import Cycle
from services.carousel.offers.aggregate import OFFER
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import ParticipationCommand
from services.carousel.participations.state import Participation
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.messages import Event, Refused


@dataclass
class World:
    """Streams of events; a command and everything it leads to holds, or nothing of it."""

    streams: Mapping[str, list[Event]] = field(default_factory=dict)

    def do(self, command: Any) -> str | None:
        """Take a command; returns the code of a refusal."""
        before = {name: list(events) for name, events in self.streams.items()}
        try:
            self._take(_issued(command))
        except Refused as refusal:
            self.streams = before
            return refusal.code
        return None

    def _take(self, issued: AnyIssued) -> None:
        past = self.streams.get(issued.stream, [])
        events = issued.aggregate.decide(issued.aggregate.fold(past), issued.command)
        self.streams = {**self.streams, issued.stream: [*past, *events]}
        state = issued.aggregate.fold([*past, *events])
        for policy in SERVICE.policies:
            for event in events:
                for each in policy(event, issued.command, state):
                    self._take(each)

    def cycle(self, cycle_id: str) -> Cycle:
        """A cycle as it stands."""
        return CYCLE.fold(self._of(CYCLE.stream(cycle_id)))

    def person(self, referral_id: str) -> Participation:
        """A participation as it stands."""
        return PARTICIPATION.fold(self._of(PARTICIPATION.stream(referral_id)))

    def _of(self, stream: str) -> list[Any]:
        return list(self.streams.get(stream, []))


def _issued(command: Any) -> AnyIssued:
    if isinstance(command, get_args(ParticipationCommand)):
        return Issued(PARTICIPATION, command.referral_id, command)
    if isinstance(command, get_args(CycleCommand)):
        return Issued(CYCLE, command.cycle_id, command)
    return Issued(OFFER, command.offer_id, command)
