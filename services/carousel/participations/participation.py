"""What is known of one participation, and what is derived from its marks, its other roads and its duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.carousel.participations import events
from services.carousel.values import Availabilities, Mark, Needs, PlaceInCycle, needs_of
from shared.domain.bounds import FIRST_DAY

Standing = Literal["waiting", "offered", "placed", "paused", "stopped", "unlisted"]
_WORTH: dict[Mark, int] = {"absent": 0, "excused": 1, "present": 2}


@dataclass(frozen=True, slots=True)
class RefusedPlace:
    """A place that the person refused, and when he could have come then."""

    event: events.PlaceRefused
    availability: Availabilities


@dataclass(frozen=True, slots=True)
class Participation:
    """One referred person's road in the carousel; `standing` is where he is, None before he was accepted.

    `run_by` tells which organisation runs each cycle in which he was offered or had a place. `marks` are those at his
    own seats, `told` what the others heard of. `roads` are those of the same person's other referrals, `others` the
    referrals of each from whom he is kept apart; `inherited` is what was attended under duplicates of this referral,
    and `duplicate_of` the referral for which what is attended here counts. `make_ups` are the days of the sessions of
    other cycles at which he is expected; `moved` when he had no place yet in the city to which he was transferred.
    `known_since` is the first day on which he waited, `left` how he left before his first session, `outweighed` a stop
    that a later session took back, `ended` the last place that he gave back, `asked` the last request for
    one, answered or not.
    """

    standing: Standing | None = None
    awaited: events.JoinedWaitingList | None = None
    accepted_on: date | None = None
    known_since: date | None = None
    requested: events.PlaceRequested | None = None
    asked: events.PlaceRequested | None = None
    last_cycle: str | None = None
    run_by: Mapping[str, str] = field(default_factory=dict)
    place: events.PlaceOffered | events.ParticipantPlaced | None = None
    ended: events.PlaceOffered | events.ParticipantPlaced | None = None
    ended_on: date | None = None
    refusals: tuple[RefusedPlace, ...] = ()
    marks: Mapping[str, events.AttendanceNoted] = field(default_factory=dict)
    told: Mapping[str, Mark] = field(default_factory=dict)
    modules: frozenset[int] = frozenset()
    follows: Needs = ()
    started_on: date | None = None
    completed_on: date | None = None
    stopped: events.ParticipationStopped | None = None
    outweighed: events.ParticipationStopped | None = None
    stop_revoked: bool = False
    paused: events.ParticipationPaused | None = None
    review_on: date | None = None
    apart: frozenset[str] = frozenset()
    tasks: Mapping[str, events.SafetyTaskOpened] = field(default_factory=dict)
    closed_tasks: frozenset[str] = frozenset()
    person: events.PersonKnown | None = None
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)
    roads: Mapping[str, events.Road] = field(default_factory=dict)
    duplicate_of: str | None = None
    inherited: Mapping[str, events.AttendanceInherited] = field(default_factory=dict)
    left: events.LeftWaitingList | None = None
    before_leaving: Standing | None = None
    make_ups: Mapping[tuple[str, str], date] = field(default_factory=dict)
    transferred: tuple[events.ParticipationTransferred, ...] = ()
    moved: bool = False
    lapsed_tasks: frozenset[str] = frozenset()

    @property
    def open_tasks(self) -> dict[str, events.SafetyTaskOpened]:
        """The safety tasks at which somebody still has to look."""
        return {name: each for name, each in self.tasks.items() if name not in self.closed_tasks | self.lapsed_tasks}

    @property
    def status(self) -> Standing | Literal["completed"] | None:
        """Where he is, as people say it: who completed stays so wherever he stands."""
        return "completed" if self.completed_on else self.standing

    @property
    def group(self) -> str | None:
        """The cycle in which he holds a place or is offered one, or had the last; None before the first in his city."""
        if self.place:
            return self.place.cycle_id
        return None if self.moved else self.last_cycle

    @property
    def kin(self) -> frozenset[str]:
        """The other referrals of the same person."""
        return frozenset(self.person.kin) if self.person else frozenset()

    @property
    def waiting_since(self) -> date | None:
        """The day from which his wait is counted: he was accepted, or he came to a session for the last time.

        Nothing else changes it (docs/waiting.md). None before he was accepted.
        """
        accepted = [self.accepted_on, *(each.accepted_on for each in self.inherited.values())]
        began = min((each for each in accepted if each), default=None)
        came = [each.on for each in self.attended_sessions]
        return max([began, *came]) if began and self.accepted_on else None

    @property
    def kept_apart(self) -> frozenset[str]:
        """Every referral of those whom he must not meet, whichever of his referrals and theirs it was said of."""
        said = frozenset[str]().union(*(self.people_of(each) for each in self.apart))
        elsewhere = (each.people for road in self.roads.values() for each in road.apart)
        himself = self.kin | {self.person.referral_id} if self.person else self.kin
        return said.union(*elsewhere) - himself

    def people_of(self, other: str) -> frozenset[str]:
        """The referrals of the person of whom that is one, as far as they are known."""
        return self.others.get(other, frozenset()) | {other}

    @property
    def counted(self) -> Mapping[str, events.AttendanceNoted]:
        """The mark that counts at each session: the best of those under this referral and its duplicates.

        Those of duplicates count once this one was accepted, for before that nobody can have come by it.
        """
        if self.duplicate_of:
            return {}
        found = dict(self.marks)
        inherited = self.inherited.values() if self.awaited else ()
        for mark in (each for road in inherited for each in road.marks):
            known = found.get(mark.session_id)
            if known is None or _WORTH[known.mark] < _WORTH[mark.mark]:
                found[mark.session_id] = mark
        return found

    @property
    def carried(self) -> Iterable[events.AttendanceNoted]:
        """What he attended on his earlier roads since he last completed the offer."""
        carried: list[events.AttendanceNoted] = []
        if self.person and not self.duplicate_of:
            own = (self.person.since, self.person.referral_id)
            earlier = ((road.since, name) for name, road in self.roads.items())
            for _, name in sorted(each for each in earlier if each < own):
                road = self.roads[name]
                carried = [] if road.completed else [*carried, *road.attended]
        return carried

    @property
    def needs(self) -> Needs:
        """What the offer asks for that he follows."""
        return needs_of(self.modules, self.follows)

    @property
    def have(self) -> Mapping[str, events.AttendanceNoted]:
        """The first session attended of every distinct module, on this road and those that it goes on from."""
        return _first([*self.carried, *self.counted.values()])

    @property
    def attended(self) -> dict[int, events.AttendanceNoted]:
        """The same, by the number of the module in the offer that he follows, and no other module."""
        have = self.have
        if not self.modules:
            return {each.module: each for each in have.values()}
        found = {each.number: [have[one] for one in each.worth if one in have] for each in self.needs}
        return {number: min(marks, key=_order) for number, marks in found.items() if marks}

    @property
    def attended_sessions(self) -> list[events.AttendanceNoted]:
        """His marks at the sessions that he attended, repeated modules included."""
        return [each for each in self.counted.values() if each.mark == "present"]

    @property
    def first_session(self) -> events.AttendanceNoted | None:
        """The first session attended on this road."""
        return min(self.attended_sessions, key=_order, default=None)

    @property
    def last_module(self) -> events.AttendanceNoted | None:
        """The session that completed the offer; None while one of its modules is missing, or he did not start."""
        attended = self.attended
        if not self.modules or not self.modules <= attended.keys() or self.first_session is None:
            return None
        return max((attended[module] for module in self.modules), key=_order)

    def seat_beside(self, place: PlaceInCycle) -> bool:
        """Whether he has a place under another referral, in that cycle or at the same time."""
        held = [road.place for road in self.roads.values() if road.place]
        return any(
            each.cycle_id == place.cycle_id or (each.first_on <= place.last_on and place.first_on <= each.last_on)
            for each in held
        )

    @property
    def road(self) -> events.Road:
        """What his other referrals are told of this one."""
        place = self.place
        return events.Road(
            since=self.person.since if self.person else FIRST_DAY,
            attended=tuple(sorted(self.attended_sessions, key=_order)),
            completed=self.completed_on is not None,
            place=place and events.HeldPlace(cycle_id=place.cycle_id, first_on=place.first_on, last_on=place.last_on),
            apart=tuple(
                events.Apart(other=each, people=tuple(sorted(self.people_of(each)))) for each in sorted(self.apart)
            ),
        )


def _order(mark: events.AttendanceNoted) -> tuple[date, str]:
    return mark.on, mark.session_id


def _first(marks: Iterable[events.AttendanceNoted]) -> dict[str, events.AttendanceNoted]:
    first: dict[str, events.AttendanceNoted] = {}
    for mark in sorted(marks, key=_order):
        if mark.mark == "present":
            first.setdefault(mark.of_module, mark)
    return first
