"""What is known of one participation, and how each event changes it; what is derived from the marks stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never

from services.carousel.participations import events
from services.carousel.participations.events import ParticipationEvent
from services.carousel.values import Availabilities

Standing = Literal["waiting", "offered", "placed", "paused", "stopped", "unlisted"]


@dataclass(frozen=True, slots=True)
class RefusedPlace:
    """A place that the person refused, and when he could have come then."""

    event: events.PlaceRefused
    availability: Availabilities


@dataclass(frozen=True, slots=True)
class Participation:
    """One referred person's road in the carousel; `standing` is where he is, None before he was accepted.

    `waiting_since` is the day from which his wait is counted, the last one when he does not wait; `known_since` the
    first day on which he waited; `asked` the last request for a place, answered or not. `run_by` tells which
    organisation runs each cycle in which he was offered or had a place; `ended` is the last one that he gave back.
    `left` is how he left before his first session, `outweighed` a stop that a later session took back.
    """

    standing: Standing | None = None
    awaited: events.JoinedWaitingList | None = None
    waiting_since: date | None = None
    known_since: date | None = None
    left: events.LeftWaitingList | None = None
    requested: events.PlaceRequested | None = None
    asked: events.PlaceRequested | None = None
    last_cycle: str | None = None
    run_by: Mapping[str, str] = field(default_factory=dict)
    place: events.PlaceOffered | events.ParticipantPlaced | None = None
    ended: events.PlaceOffered | events.ParticipantPlaced | None = None
    ended_on: date | None = None
    refusals: tuple[RefusedPlace, ...] = ()
    marks: Mapping[str, events.AttendanceNoted] = field(default_factory=dict)
    modules: frozenset[int] = frozenset()
    started_on: date | None = None
    completed_on: date | None = None
    stopped: events.ParticipationStopped | None = None
    outweighed: events.ParticipationStopped | None = None
    stop_revoked: bool = False
    paused: events.ParticipationPaused | None = None
    review_on: date | None = None
    kept_apart: frozenset[str] = frozenset()
    tasks: Mapping[str, events.SafetyTaskOpened] = field(default_factory=dict)
    closed_tasks: frozenset[str] = frozenset()
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
        """The cycle in which he holds a place or is offered one, or had the last; None before the first."""
        return self.place.cycle_id if self.place else self.last_cycle

    @property
    def attended(self) -> dict[int, events.AttendanceNoted]:
        """The first session attended of every distinct module."""
        first: dict[int, events.AttendanceNoted] = {}
        for mark in sorted(self.attended_sessions, key=lambda each: (each.on, each.session_id)):
            first.setdefault(mark.module, mark)
        return first

    @property
    def attended_sessions(self) -> list[events.AttendanceNoted]:
        """His marks at the sessions that he attended, repeated modules included."""
        return [each for each in self.marks.values() if each.mark == "present"]

    @property
    def first_session(self) -> events.AttendanceNoted | None:
        """The first session attended."""
        return min(self.attended.values(), key=lambda each: (each.on, each.session_id), default=None)

    @property
    def last_module(self) -> events.AttendanceNoted | None:
        """The session that completed the offer; None while one of its modules is missing."""
        attended = self.attended
        if not self.modules or not self.modules <= attended.keys():
            return None
        return max((attended[module] for module in self.modules), key=lambda each: (each.on, each.session_id))


INITIAL = Participation()


def evolve(state: Participation, event: ParticipationEvent) -> Participation:
    """The participation after one event."""
    match event:
        case events.JoinedWaitingList():
            return _joined(state, event)
        case events.LeftWaitingList():
            return replace(state, standing="unlisted", place=None, left=event)
        case events.PlaceRequested():
            return replace(state, requested=event, asked=event)
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
            return _given_back(state, event.on)
        case events.PlaceReclaimed():
            return state
        case events.PlaceRestored():
            return _rescheduled(replace(state, standing="placed", place=state.ended), event)
        case events.AttendanceNoted():
            modules = state.modules or frozenset(event.modules)
            return replace(state, marks={**state.marks, event.session_id: event}, modules=modules)
        case events.AttendanceRevoked():
            marks = {session: mark for session, mark in state.marks.items() if session != event.session_id}
            return replace(state, marks=marks)
        case events.ParticipationStarted():
            return _started(state, event)
        case events.StartRevoked():
            return _start_revoked(state)
        case events.ParticipationPaused():
            return replace(state, standing="paused", review_on=event.review_on, paused=event)
        case events.ParticipationResumed() | events.ParticipationReturned():
            since = _since(state, event.on)
            return replace(state, standing="waiting", review_on=None, paused=None, waiting_since=since)
        case events.ParticipationStopped():
            return replace(state, standing="stopped", review_on=None, stopped=event, outweighed=None)
        case events.StopRevoked():
            return _stop_revoked(state, event)
        case events.ParticipationCompleted():
            return replace(state, completed_on=event.on)
        case events.CompletionRevoked():
            return replace(state, completed_on=None)
        case events.NonAssociationDeclared():
            return replace(state, kept_apart=state.kept_apart | {event.other_id})
        case events.NonAssociationLifted():
            return replace(state, kept_apart=state.kept_apart - {event.other_id})
        case events.SafetyTaskOpened():
            return replace(state, tasks={**state.tasks, event.task_id: event})
        case events.SafetyTaskLapsed():
            return replace(state, lapsed_tasks=state.lapsed_tasks | {event.task_id})
        case events.SafetyTaskClosed():
            return replace(state, closed_tasks=state.closed_tasks | {event.task_id})
        case _:
            assert_never(event)


def _joined(state: Participation, event: events.JoinedWaitingList) -> Participation:
    first = min(event.on, state.known_since or event.on)
    return replace(state, standing="waiting", awaited=event, waiting_since=event.on, known_since=first, left=None)


def _given_back(state: Participation, on: date) -> Participation:
    since = _since(state, on)
    return replace(state, standing="waiting", waiting_since=since, place=None, ended=state.place, ended_on=on)


def _started(state: Participation, event: events.ParticipationStarted) -> Participation:
    """Attendance told late outweighs that he left before it: he is on the road, and waits for a place."""
    outweighed = state.standing == "unlisted" and state.left and state.left.cause != "retracted"
    return replace(state, started_on=event.on, standing="waiting" if outweighed else state.standing)


def _start_revoked(state: Participation) -> Participation:
    """Who had left before he started has left again, unless he has a place by now."""
    left = state.left and state.standing == "waiting"
    return replace(state, started_on=None, standing="unlisted" if left else state.standing)


def _stop_revoked(state: Participation, event: events.StopRevoked) -> Participation:
    """He is where he was before, without the place that he gave back."""
    back: Standing = "paused" if state.paused else "waiting"
    review = state.paused.review_on if state.paused else None
    outweighed = state.stopped if event.outweighed else None
    return replace(state, standing=back, review_on=review, stopped=None, outweighed=outweighed, stop_revoked=True)


def _since(state: Participation, on: date) -> date | None:
    """Who never started has waited all the while; who started waits anew."""
    return on if state.started_on else state.waiting_since


def _placed(state: Participation, event: events.ParticipantPlaced) -> Participation:
    modules, known = frozenset(event.modules), _grouped(state, event)
    return replace(known, standing="placed", place=event, requested=None, modules=modules, last_cycle=event.cycle_id)


def _grouped(state: Participation, event: events.PlaceOffered | events.ParticipantPlaced) -> Participation:
    if event.organisation_id is None:
        return state
    return replace(state, run_by={**state.run_by, event.cycle_id: event.organisation_id})


def _rescheduled(state: Participation, event: events.PlaceRescheduled | events.PlaceRestored) -> Participation:
    if state.place is None:
        return state
    days = {"first_on": event.first_on, "last_on": event.last_on}
    return replace(state, place=state.place.model_copy(update=days))
