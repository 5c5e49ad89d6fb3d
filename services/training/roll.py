"""Who has a place and who waits for one, in order: arithmetic of a list, without a rule about when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.training.values import Professional

People = Mapping[str, Professional]


@dataclass(frozen=True, slots=True)
class Roll:
    """`places` and `waiting` by participant, in the order they came."""

    capacity: int = 0
    places: People = field(default_factory=dict)
    waiting: People = field(default_factory=dict)

    def __contains__(self, participant_id: str) -> bool:
        return participant_id in self.places or participant_id in self.waiting

    def __len__(self) -> int:
        return len(self.places) + len(self.waiting)

    @property
    def free(self) -> int:
        """How many places nobody has."""
        return max(0, self.capacity - len(self.places))

    def find(self, participant_id: str) -> Professional | None:
        """The one with a place, or waiting."""
        return self.places.get(participant_id) or self.waiting.get(participant_id)

    def seat(self, professional: Professional) -> Roll:
        """He has a place, last."""
        return replace(self, places={**self.places, professional.participant_id: professional})

    def queue(self, professional: Professional) -> Roll:
        """He waits, last."""
        return replace(self, waiting={**self.waiting, professional.participant_id: professional})

    def promote(self, participant_id: str) -> Roll:
        """He waited, and has a place."""
        return self.drop(participant_id).seat(self.waiting[participant_id])

    def correct(self, professional: Professional) -> Roll:
        """He is what is said now, at the place where he is."""
        return replace(
            self, places=_corrected(self.places, professional), waiting=_corrected(self.waiting, professional)
        )

    def drop(self, participant_id: str) -> Roll:
        """He neither has a place nor waits."""
        return replace(
            self, places=_without(self.places, participant_id), waiting=_without(self.waiting, participant_id)
        )

    def next_up(self) -> list[str]:
        """Who moves up now, first waiting first."""
        return list(self.waiting)[: self.free]

    def newcomers(self, professionals: Iterable[Professional]) -> list[Professional]:
        """Those who are not on it yet, each once."""
        new = {each.participant_id: each for each in reversed(list(professionals)) if each.participant_id not in self}
        return list(reversed(new.values()))


def _without(people: People, participant_id: str) -> People:
    return {each: one for each, one in people.items() if each != participant_id} if participant_id in people else people


def _corrected(people: People, professional: Professional) -> People:
    known = professional.participant_id
    return {**people, known: professional} if known in people else people
