"""Persons behind referrals, told to a carousel in memory as the consumer tells them; and the same counted plainly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.carousel.participations.commands import (
    AwaitPlace,
    CountElsewhere,
    DeclareNonAssociation,
    KnowPerson,
    LiftNonAssociation,
    NoteAttendance,
    RevokeLeaving,
)
from services.carousel.values import Mark
from tests.carousel.examples import ASKED, FIRST, NUMBERS, TODAY, facts
from tests.carousel.world import World

REFERRALS = ("r-1", "r-2", "r-3", "r-4")
_WORTH: dict[Mark, int] = {"absent": 0, "excused": 1, "present": 2}


def received_on(referral: str) -> date:
    """Each a week after the one before."""
    return FIRST - timedelta(weeks=20 - REFERRALS.index(referral))


@dataclass
class Told:
    """What was told, in whatever order; `world` is what the carousel made of it."""

    world: World = field(default_factory=World)
    person: dict[str, str] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    marks: dict[tuple[str, int], Mark] = field(default_factory=dict)
    pairs: set[frozenset[str]] = field(default_factory=set)

    def await_place(self, referral: str) -> None:
        asked = {"city": "Oostende", "language": "nl", "availability": (), "on": FIRST}
        assert self.world.do(AwaitPlace(**ASKED, referral_id=referral, **asked)) is None

    def attribute(self, referral: str, person: str) -> None:
        """The referral is of that person."""
        before = self.person.get(referral)
        self.person[referral] = person
        for each in sorted({before, person} - {None}, key=str) if before != person else ():
            kin = tuple(sorted(one for one, who in self.person.items() if who == each))
            for one in kin:
                others = tuple(other for other in kin if other != one)
                known = {"person_id": each, "since": received_on(one), "kin": others, "on": TODAY}
                assert self.world.do(KnowPerson(**ASKED, referral_id=one, **known)) is None

    def link(self, referral: str, of: str) -> None:
        """The referral is a duplicate; links in a ring are refused by who tells them."""
        if referral not in self.of and of != referral and referral not in self.ends(of):
            self.of[referral] = of
            self._count(referral)

    def unlink(self, referral: str) -> None:
        """It is a referral of its own after all."""
        if self.of.pop(referral, None):
            self._count(referral)
            assert self.world.do(RevokeLeaving(**ASKED, referral_id=referral, causes=("retracted",), on=TODAY)) is None

    def _count(self, referral: str) -> None:
        for each in sorted(one for one in REFERRALS if referral in (one, *self.ends(one))):
            end = self.ends(each)[-1] if self.ends(each) else None
            assert self.world.do(CountElsewhere(**ASKED, referral_id=each, of_id=end, on=TODAY)) is None

    def ends(self, referral: str) -> list[str]:
        """The referrals that it leads to, one duplicate after another."""
        found: list[str] = []
        while referral in self.of:
            found.append(referral := self.of[referral])
        return found

    def mark(self, referral: str, nth: int, mark: Mark) -> None:
        """A mark at the nth session."""
        self.marks[referral, nth] = mark
        session = facts(nth, 1)
        noted = {"cycle_id": "cycle-1", "session": session, "mark": mark, "on": TODAY}
        assert self.world.do(NoteAttendance(**ASKED, referral_id=referral, **noted)) is None

    def apart(self, one: str, other: str) -> None:
        """Two must not meet."""
        if self.world.do(DeclareNonAssociation(**ASKED, referral_id=one, other_id=other, on=TODAY)) is None:
            self.pairs.add(frozenset((one, other)))

    def together(self, one: str, other: str) -> None:
        """They may meet again."""
        assert self.world.do(LiftNonAssociation(**ASKED, referral_id=one, other_id=other, on=TODAY)) is None
        gone = {frozenset((a, b)) for a in self.people(one) for b in self.people(other)}
        self.pairs -= gone

    # What is true, counted from what was told.

    def people(self, referral: str) -> set[str]:
        """The referrals of the same person, this one too."""
        who = self.person.get(referral, referral)
        return {each for each in REFERRALS if self.person.get(each, each) == who}

    def kept_apart(self, referral: str) -> set[str]:
        """Every referral of those whom he must not meet."""
        mine = self.people(referral)
        met = {other for pair in self.pairs for one in pair & mine for other in pair - {one}}
        return {each for other in met for each in self.people(other)} - mine

    def counted(self, referral: str) -> dict[int, Mark]:
        """The best mark at each session, of this referral and its duplicates; none of a duplicate."""
        found: dict[int, Mark] = {}
        if referral in self.of:
            return found
        for (one, nth), mark in self.marks.items():
            if referral in (one, *self.ends(one)) and _WORTH[mark] >= _WORTH[found.get(nth, "absent")]:
                found[nth] = mark
        return found

    def road(self, referral: str) -> tuple[set[int], bool]:
        """The modules that he has on this road, and whether it is completed."""
        carried: set[int] = set()
        for each in sorted(self.people(referral) - set(self.of)):
            carried |= {nth for nth, mark in self.counted(each).items() if mark == "present"}
            completed = carried == set(NUMBERS)
            if each == referral:
                return carried, completed and bool(self.marks)
            carried = set() if completed else carried
        return set(), False

    def differs(self) -> Iterable[Any]:
        """Whatever the carousel has another way."""
        for each in REFERRALS:
            state = self.world.person(each)
            counted = self.counted(each)
            have = {int(session.rpartition("-")[2]): mark for session, mark in state.told.items()}
            modules, completed = self.road(each)
            if have != counted:
                yield each, "told", have, counted
            if set(state.attended) != modules:
                yield each, "modules", set(state.attended), modules
            if (state.completed_on is not None) != completed:
                yield each, "completed", state.completed_on, completed
            if (state.started_on is not None) != ("present" in counted.values()):
                yield each, "started", state.started_on
            if set(state.kept_apart) != self.kept_apart(each):
                yield each, "kept apart", state.kept_apart, self.kept_apart(each)
            if (state.standing == "unlisted") != (each in self.of):
                yield each, "standing", state.standing
