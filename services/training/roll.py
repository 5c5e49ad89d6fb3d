"""Who has a place and who waits for one, in order: arithmetic of a list, without a rule about when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.training.values import Professional


@dataclass(frozen=True, slots=True, eq=False)
class People(Mapping[str, Professional]):
    """Some people by participant, in the order they came; one more, or the first one less, costs nothing.

    Those who came one after another share one list, of which these are what stands from `first` to `end`: ten thousand
    on a roll are folded in ten thousand steps, not in the fifty million that copying all of them each time would take.
    """

    order: list[Professional] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    first: int = 0
    end: int = 0

    @classmethod
    def of(cls, people: Iterable[Professional]) -> People:
        """These, each once."""
        order = list({each.participant_id: each for each in people}.values())
        return cls(order, {each.participant_id: place for place, each in enumerate(order)}, 0, len(order))

    def all(self) -> list[Professional]:
        """Them, in order."""
        return self.order[self.first : self.end]

    def __getitem__(self, participant_id: str) -> Professional:
        """Him. Raises KeyError."""
        if participant_id not in self:
            raise KeyError(participant_id)
        return self.order[self.place[participant_id]]

    def __contains__(self, participant_id: object) -> bool:
        """Whether he is one of them."""
        return self.first <= self.place.get(str(participant_id), -1) < self.end

    def __iter__(self) -> Iterator[str]:
        """Their ids, in order."""
        return iter([each.participant_id for each in self.all()])

    def __len__(self) -> int:
        """How many."""
        return self.end - self.first

    def __eq__(self, other: object) -> bool:
        """The same people in the same order."""
        return isinstance(other, People) and self.all() == other.all()

    __hash__ = None  # type: ignore[assignment]  # of equal ones the lists may grow apart

    def with_(self, one: Professional) -> People:
        """The same with one more, last; or with somebody as he is said to be now, where he is."""
        if one.participant_id in self:
            return People.of(one if each.participant_id == one.participant_id else each for each in self.all())
        shared = len(self.order) == self.end and one.participant_id not in self.place
        grown = self if shared else People.of(self.all())
        grown.place[one.participant_id] = grown.end
        grown.order.append(one)
        return replace(grown, end=grown.end + 1)

    def without(self, participant_id: str) -> People:
        """The same without him."""
        if participant_id not in self:
            return self
        if self.place[participant_id] == self.first:
            return replace(self, first=self.first + 1)
        return People.of(each for each in self.all() if each.participant_id != participant_id)


@dataclass(frozen=True, slots=True)
class Roll:
    """`places` and `waiting` by participant, in the order they came."""

    capacity: int = 0
    places: People = field(default_factory=People)
    waiting: People = field(default_factory=People)

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
        return replace(self, places=self.places.with_(professional))

    def queue(self, professional: Professional) -> Roll:
        """He waits, last."""
        return replace(self, waiting=self.waiting.with_(professional))

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
        return replace(self, places=self.places.without(participant_id), waiting=self.waiting.without(participant_id))

    def next_up(self) -> list[str]:
        """Who moves up now, first waiting first."""
        return [each.participant_id for each in self.waiting.all()[: self.free]]

    def newcomers(self, professionals: Iterable[Professional]) -> list[Professional]:
        """Those who are not on it yet, each once."""
        new = {each.participant_id: each for each in reversed(list(professionals)) if each.participant_id not in self}
        return list(reversed(new.values()))


def _corrected(people: People, professional: Professional) -> People:
    return people.with_(professional) if professional.participant_id in people else people
