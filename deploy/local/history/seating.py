"""Who attends which sessions: those who complete first, then those who stop, never more than there are places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from deploy.local.figures import ROOM
from deploy.local.history.calendar import Row, Turn

USUAL = 8  # places at a session
TRIES = 30
At = tuple[int, int, int]  # row, cycle in it, turn in that


@dataclass(frozen=True, slots=True)
class Stay:
    """What one person does in a row: where he gets a place, his seats there, the marks, and after which turn he stops.

    A place gives a seat at the first turn from there on of every module not attended before.
    """

    places: tuple[At, ...]
    seats: tuple[At, ...]
    marks: Mapping[At, str]
    completes: bool
    stops_after: At | None = None


class Seating:
    """The seats taken so far."""

    def __init__(self, rows: tuple[Row, ...], modules: int, random: Random) -> None:
        self.rows, self.modules, self.random = rows, modules, random
        self.taken: Counter[At] = Counter()
        self.entries = [at for at in self._all() if self.turn(at).entry_allowed]

    def turn(self, at: At) -> Turn:
        """The session."""
        row, cycle, nth = at
        return self.rows[row][cycle].turns[nth]

    def complete(self, number: int) -> list[Stay]:
        """So many who complete: some from the first module on, some late, some missing a module once.

        ValueError when there are not so many places.
        """
        begins = self._rounds()
        self.random.shuffle(begins)
        if number > len(begins) * ROOM:
            raise ValueError(f"{number} people cannot complete: there are {len(begins) * ROOM} places at most.")
        stays = [self._sit(self._stay(begins[nth % len(begins)])) for nth in range(number)]
        return [self._varied(stay, nth) for nth, stay in enumerate(stays)]

    def stop(self) -> Stay | None:
        """One more who stops early; None when there is no place for him."""
        tried = (
            self._stay(at, leaves_after=self.random.randint(1, self.modules - 1))
            for at in self._some(self.entries if self.modules > 1 else [])
        )
        return self._first_that_fits(stay for stay in tried if stay.stops_after)

    def offer(self, at: At) -> bool:
        """Whether somebody can be offered a place from there on, to be refused."""
        return all(self.taken[seat] < ROOM for seat in self._stay(at).seats)

    def capacity(self, row: int, cycle: int) -> int:
        """The places at each session of a cycle: what is usual, more where more are seated, one to offer."""
        seated = [n for at, n in self.taken.items() if at[:2] == (row, cycle)]
        return min(ROOM, max(USUAL, max(seated, default=0) + 1))

    def _all(self) -> Iterator[At]:
        for row, cycles in enumerate(self.rows):
            for cycle, each in enumerate(cycles):
                yield from ((row, cycle, nth) for nth in range(len(each.turns)))

    def _rounds(self) -> list[At]:
        """Where every whole round of the modules begins."""
        begins: list[At] = []
        for row in range(len(self.rows)):
            turns = [at for at in self._all() if at[0] == row]
            begins += [turns[nth * self.modules] for nth in range(len(turns) // self.modules)]
        return begins

    def _varied(self, stay: Stay, nth: int) -> Stay:
        """Every second of three comes late, every third misses a module, where there is room for it."""
        if nth % 3 == 0:
            return stay
        self.taken.subtract(stay.seats)
        late = (self._stay(at) for at in self._some(self.entries))
        missing = (self._stay(stay.places[0], misses=seat) for seat in self._some(stay.seats[1:]))
        other = self._first_that_fits(each for each in (late if nth % 3 == 1 else missing) if each.completes)
        return other or self._sit(stay)

    def _some(self, of: Iterable[At]) -> list[At]:
        every = list(of)
        return self.random.sample(every, min(TRIES, len(every)))

    def _first_that_fits(self, stays: Iterable[Stay]) -> Stay | None:
        fitting = (stay for stay in stays if all(self.taken[seat] < ROOM for seat in stay.seats))
        return next((self._sit(stay) for stay in fitting), None)

    def _sit(self, stay: Stay) -> Stay:
        self.taken.update(stay.seats)
        return stay

    def _stay(self, enters: At, misses: At | None = None, leaves_after: int | None = None) -> Stay:
        made = _Made()
        row, first, _ = enters
        for cycle in range(first, len(self.rows[row])):
            seats = self._seats(made, (row, cycle, enters[2] if cycle == first else 0))
            if not seats:
                continue
            made.places.append(seats[0])
            made.seats += seats
            for at in seats:
                made.marks[at] = "excused" if at == misses else "present"
                made.attended |= {self.turn(at).module} if at != misses else set()
                if len(made.attended) in {leaves_after, self.modules}:
                    return made.stay(self.modules, at if leaves_after else None)
        return made.stay(self.modules)

    def _seats(self, made: _Made, begin: At) -> list[At]:
        row, cycle, nth = begin
        first: dict[int, At] = {}
        for at in ((row, cycle, each) for each in range(nth, len(self.rows[row][cycle].turns))):
            if self.turn(at).module not in made.attended:
                first.setdefault(self.turn(at).module, at)
        return list(first.values())


@dataclass(slots=True)
class _Made:
    places: list[At] = field(default_factory=list)
    seats: list[At] = field(default_factory=list)
    marks: dict[At, str] = field(default_factory=dict)
    attended: set[int] = field(default_factory=set)

    def stay(self, modules: int, stops_after: At | None = None) -> Stay:
        whole = len(self.attended) == modules
        return Stay(tuple(self.places), tuple(self.seats), self.marks, whole, stops_after)
