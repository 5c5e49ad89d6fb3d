"""What is known of one participation, and how each event changes it; what is derived from the marks stands here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeVar, assert_never

from services.carousel.participations import events
from services.carousel.participations.events import ParticipationEvent
from services.carousel.values import Availabilities, Mark
from shared.domain.bounds import FIRST_DAY

T = TypeVar("T")
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
    and `duplicate_of` the referral for which what is attended here counts.
    """

    standing: Standing | None = None
    awaited: events.JoinedWaitingList | None = None
    accepted_on: date | None = None
    requested: events.PlaceRequested | None = None
    last_cycle: str | None = None
    run_by: Mapping[str, str] = field(default_factory=dict)
    place: events.PlaceOffered | events.ParticipantPlaced | None = None
    refusals: tuple[RefusedPlace, ...] = ()
    marks: Mapping[str, events.AttendanceNoted] = field(default_factory=dict)
    told: Mapping[str, Mark] = field(default_factory=dict)
    modules: frozenset[int] = frozenset()
    started_on: date | None = None
    completed_on: date | None = None
    stopped: events.ParticipationStopped | None = None
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

    @property
    def status(self) -> Standing | Literal["completed"] | None:
        """Where he is, as people say it: who completed stays so wherever he stands."""
        return "completed" if self.completed_on else self.standing

    @property
    def group(self) -> str | None:
        """The cycle in which he holds a place or is offered one, or had the last; None before the first."""
        return self.place.cycle_id if self.place else self.last_cycle

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
        came = [each.on for each in self.counted.values() if each.mark == "present"]
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
        """The mark that counts at each session: the best of those under this referral and its duplicates."""
        if self.duplicate_of:
            return {}
        found = dict(self.marks)
        for mark in (each for road in self.inherited.values() for each in road.marks):
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
    def attended(self) -> dict[int, events.AttendanceNoted]:
        """The first session attended of every distinct module, on this road and those that it goes on from."""
        return _first([*self.carried, *self.counted.values()])

    @property
    def first_session(self) -> events.AttendanceNoted | None:
        """The first session attended on this road."""
        own = _first(self.counted.values())
        return min(own.values(), key=lambda each: (each.on, each.session_id), default=None)

    @property
    def last_module(self) -> events.AttendanceNoted | None:
        """The session that completed the offer; None while one of its modules is missing."""
        attended = self.attended
        if not self.modules or not self.modules <= attended.keys():
            return None
        return max((attended[module] for module in self.modules), key=lambda each: (each.on, each.session_id))

    @property
    def road(self) -> events.Road:
        """What his other referrals are told of this one."""
        place = self.place
        attended = [each for each in self.counted.values() if each.mark == "present"]
        return events.Road(
            since=self.person.since if self.person else FIRST_DAY,
            attended=tuple(sorted(attended, key=lambda each: (each.on, each.session_id))),
            completed=self.completed_on is not None,
            place=place and events.HeldPlace(cycle_id=place.cycle_id, first_on=place.first_on, last_on=place.last_on),
            apart=tuple(
                events.Apart(other=each, people=tuple(sorted(self.people_of(each)))) for each in sorted(self.apart)
            ),
        )


INITIAL = Participation()


def _first(marks: Iterable[events.AttendanceNoted]) -> dict[int, events.AttendanceNoted]:
    first: dict[int, events.AttendanceNoted] = {}
    for mark in sorted(marks, key=lambda each: (each.on, each.session_id)):
        if mark.mark == "present":
            first.setdefault(mark.module, mark)
    return first


def evolve(state: Participation, event: ParticipationEvent) -> Participation:
    """The participation after one event."""
    match event:
        case events.JoinedWaitingList():
            return _joined(state, event)
        case events.LeftWaitingList():
            return _left(state, event)
        case events.PlaceRequested():
            return replace(state, requested=event)
        case events.PlaceOffered():
            return replace(_grouped(state, event), standing="offered", place=event, requested=None)
        case events.PlaceRefused():
            refused = RefusedPlace(event, state.awaited.availability if state.awaited else ())
            return replace(state, standing="waiting", place=None, refusals=(*state.refusals, refused))
        case events.ParticipantPlaced():
            return _placed(state, event)
        case events.PlaceRescheduled():
            return _rescheduled(state, event)
        case events.PlaceGivenBack():
            return replace(state, standing="waiting", place=None)
        case events.AttendanceNoted():
            modules = state.modules or frozenset(event.modules)
            return replace(_told(state, event), marks={**state.marks, event.session_id: event}, modules=modules)
        case events.AttendanceCounted():
            return _told(state, event)
        case events.AttendanceDiscounted():
            return replace(state, told={each: mark for each, mark in state.told.items() if each != event.session_id})
        case events.ParticipationStarted():
            return replace(state, started_on=event.on)
        case events.StartRevoked():
            return replace(state, started_on=None)
        case events.ParticipationPaused():
            return replace(state, standing="paused", review_on=event.review_on)
        case events.ParticipationResumed() | events.ParticipationReturned():
            return replace(state, standing="waiting", review_on=None)
        case events.ParticipationStopped():
            return replace(state, standing="stopped", review_on=None, stopped=event)
        case events.ParticipationCompleted():
            return replace(state, completed_on=event.on)
        case events.CompletionRevoked():
            return replace(state, completed_on=None)
        case events.NonAssociationDeclared():
            return replace(state, apart=state.apart | {event.other_id})
        case events.NonAssociationLifted():
            return replace(state, apart=state.apart - {event.other_id}, others=_without(state.others, event.other_id))
        case events.SafetyTaskOpened():
            return replace(state, tasks={**state.tasks, event.task_id: event})
        case events.SafetyTaskClosed():
            return replace(state, closed_tasks=state.closed_tasks | {event.task_id})
        case _:
            return _evolve_person(state, event)


_OfPerson = (
    events.PersonKnown
    | events.OtherKnown
    | events.RoadNoted
    | events.DuplicateCounted
    | events.AttendanceInherited
    | events.LeavingRevoked
)


def _evolve_person(state: Participation, event: _OfPerson) -> Participation:
    match event:
        case events.PersonKnown():
            roads = {name: road for name, road in state.roads.items() if name in event.kin}
            return replace(state, person=event, roads=roads)
        case events.OtherKnown():
            return replace(state, others={**state.others, event.other_id: frozenset(event.people)})
        case events.RoadNoted():
            return replace(state, roads={**state.roads, event.of_id: event.road})
        case events.DuplicateCounted():
            return replace(state, duplicate_of=event.of_id)
        case events.AttendanceInherited():
            return _inherited(state, event)
        case events.LeavingRevoked():
            return replace(state, standing=state.before_leaving or "waiting", left=None)
        case _:
            assert_never(event)


def _joined(state: Participation, event: events.JoinedWaitingList) -> Participation:
    """Who was accepted before keeps the day of it."""
    return replace(state, standing="waiting", awaited=event, accepted_on=state.accepted_on or event.on, left=None)


def _left(state: Participation, event: events.LeftWaitingList) -> Participation:
    """Where he stood is kept, for it may have been told in error; who was accepted in error has no day of it."""
    before: Standing | None = "waiting" if state.standing in {"offered", "placed"} else state.standing
    accepted_on = None if event.cause == "not_accepted" else state.accepted_on
    left = replace(state, standing="unlisted", place=None, left=event, before_leaving=before)
    return replace(left, accepted_on=accepted_on)


def _told(state: Participation, event: events.AttendanceNoted | events.AttendanceCounted) -> Participation:
    return replace(state, told={**state.told, event.session_id: event.mark})


def _inherited(state: Participation, event: events.AttendanceInherited) -> Participation:
    gone = not event.marks and event.accepted_on is None
    inherited = _without(state.inherited, event.under_id) if gone else {**state.inherited, event.under_id: event}
    modules = state.modules or frozenset(event.marks[0].modules if event.marks else ())
    return replace(state, inherited=inherited, modules=modules)


def _without(mapping: Mapping[str, T], name: str) -> dict[str, T]:
    return {each: value for each, value in mapping.items() if each != name}


def _placed(state: Participation, event: events.ParticipantPlaced) -> Participation:
    modules, known = frozenset(event.modules), _grouped(state, event)
    return replace(known, standing="placed", place=event, requested=None, modules=modules, last_cycle=event.cycle_id)


def _grouped(state: Participation, event: events.PlaceOffered | events.ParticipantPlaced) -> Participation:
    if event.organisation_id is None:
        return state
    return replace(state, run_by={**state.run_by, event.cycle_id: event.organisation_id})


def _rescheduled(state: Participation, event: events.PlaceRescheduled) -> Participation:
    if state.place is None:
        return state
    days = {"first_on": event.first_on, "last_on": event.last_on}
    return replace(state, place=state.place.model_copy(update=days))
