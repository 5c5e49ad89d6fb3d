"""Who attends which sessions: those who complete first, then those who stop, never more than there are places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from deploy.local.figures import ROOM
from deploy.local.history.calendar import Cycle, Row, Turn

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
        self.turns: list[list[At]] = [  # of each row
            [(nth, number, turn) for number, cycle in enumerate(row) for turn in range(len(cycle.turns))]
            for nth, row in enumerate(rows)
        ]
        self.entries = [at for turns in self.turns for at in turns if self.turn(at).entry_allowed]

    def cycle(self, at: At) -> Cycle:
        """The cycle of a session."""
        return self.rows[at[0]][at[1]]

    def turn(self, at: At) -> Turn:
        """The session."""
        return self.cycle(at).turns[at[2]]

    def complete(self, number: int) -> list[Stay]:
        """So many who complete: some from the first module on, some late, some missing a module once.

        ValueError when there are not so many places.
        """
        rounds = [turns[nth * self.modules] for turns in self.turns for nth in range(len(turns) // (self.modules or 1))]
        begins = self.random.sample(rounds, len(rounds))
        if number > len(begins) * ROOM:
            raise ValueError(f"{number} people cannot complete: there are {len(begins) * ROOM} places at most.")
        stays = [self._sit(self._stay(begins[nth % len(begins)])) for nth in range(number)]
        return [self._varied(stay, nth) for nth, stay in enumerate(stays)]

    def stop(self) -> Stay | None:
        """One more who stops early; None when there is no place for him."""
        leaving = (
            self._stay(at, leaves_after=self.random.randint(1, self.modules - 1))
            for at in self._some(self.entries if self.modules > 1 else [])
        )
        return self._first_that_fits(stay for stay in leaving if stay.stops_after)

    def offered(self, since: date) -> At | None:
        """The first session after that day from which on somebody can be offered a place, to be refused."""
        coming = sorted((self.turn(at).on, at) for at in self.entries if self.turn(at).on > since)
        return next((at for _, at in coming if self._fits(self._stay(at))), None)

    def capacity(self, row: int, cycle: int) -> int:
        """The places at each session of a cycle: what is usual, more where more are seated, one to offer."""
        seated = [n for at, n in self.taken.items() if at[:2] == (row, cycle)]
        return min(ROOM, max(USUAL, max(seated, default=0) + 1))

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
        return next((self._sit(stay) for stay in stays if self._fits(stay)), None)

    def _fits(self, stay: Stay) -> bool:
        return all(self.taken[seat] < ROOM for seat in stay.seats)

    def _sit(self, stay: Stay) -> Stay:
        self.taken.update(stay.seats)
        return stay

    def _stay(self, enters: At, misses: At | None = None, leaves_after: int | None = None) -> Stay:
        places: list[At] = []
        seats: list[At] = []
        marks: dict[At, str] = {}
        attended: set[int] = set()
        for cycle in range(enters[1], len(self.rows[enters[0]])):
            here = self._seats([at for at in self.turns[enters[0]] if at[1] == cycle and at >= enters], attended)
            places += here[:1]
            seats += here
            for at in here:
                marks[at] = "excused" if at == misses else "present"
                attended |= {self.turn(at).module} if at != misses else set()
                if len(attended) in {leaves_after, self.modules}:
                    stops = at if leaves_after else None
                    return Stay(tuple(places), tuple(seats), marks, len(attended) == self.modules, stops)
        return Stay(tuple(places), tuple(seats), marks, completes=False)

    def _seats(self, turns: Iterable[At], attended: set[int]) -> list[At]:
        """The first turn of every module not attended before."""
        first: dict[int, At] = {}
        for at in turns:
            first.setdefault(self.turn(at).module, at)
        return [at for module, at in first.items() if module not in attended]
