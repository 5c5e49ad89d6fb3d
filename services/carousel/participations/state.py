"""How each event changes what is known of a participation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, assert_never

from services.carousel.participations import events
from services.carousel.participations.events import ParticipationEvent
from services.carousel.participations.participation import Participation, RefusedPlace, Standing
from services.carousel.values import Needs

__all__ = ["INITIAL", "Participation", "RefusedPlace", "Standing", "evolve"]
K = TypeVar("K")
T = TypeVar("T")
INITIAL = Participation()


def evolve(state: Participation, event: ParticipationEvent) -> Participation:
    """The participation after one event."""
    match event:
        case events.JoinedWaitingList():
            return _joined(state, event)
        case events.LeftWaitingList():
            return _left(state, event)
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
            return replace(state, standing="waiting", place=None, ended=state.place, ended_on=event.on)
        case events.PlaceReclaimed():
            return state
        case events.PlaceRestored():
            return _rescheduled(replace(state, standing="placed", place=state.ended), event)
        case events.AttendanceNoted():
            follows = state.place.needs if state.place and not state.modules else ()
            following = _following(state, event.modules, follows)
            return replace(_told(following, event), marks={**state.marks, event.session_id: event})
        case events.AttendanceCounted():
            return _told(state, event)
        case events.AttendanceDiscounted():
            return _untold(state, event)
        case events.AttendanceRevoked():
            marks = {session: mark for session, mark in state.marks.items() if session != event.session_id}
            return replace(_untold(state, event), marks=marks)
        case events.ParticipationStarted():
            return _started(state, event)
        case events.StartRevoked():
            return _start_revoked(state)
        case events.ParticipationPaused():
            return replace(state, standing="paused", review_on=event.review_on, paused=event)
        case events.ParticipationResumed() | events.ParticipationReturned():
            return replace(state, standing="waiting", review_on=None, paused=None)
        case events.ParticipationStopped():
            return replace(state, standing="stopped", review_on=None, stopped=event, outweighed=None)
        case events.StopRevoked():
            return _stop_revoked(state, event)
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
        case events.SafetyTaskLapsed():
            return replace(state, lapsed_tasks=state.lapsed_tasks | {event.task_id})
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
    | events.MakeUpRequested
    | events.MakeUpArranged
    | events.MakeUpDropped
    | events.ParticipationTransferred
    | events.OfferFollowed
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
        case events.MakeUpRequested():
            return state
        case events.MakeUpArranged():
            return replace(state, make_ups={**state.make_ups, (event.cycle_id, event.session_id): event.held_on})
        case events.MakeUpDropped():
            return replace(state, make_ups=_without(state.make_ups, (event.cycle_id, event.session_id)))
        case events.ParticipationTransferred():
            return _transferred(state, event)
        case events.OfferFollowed():
            return replace(state, modules=frozenset(event.modules), follows=event.needs)
        case _:
            assert_never(event)


def _joined(state: Participation, event: events.JoinedWaitingList) -> Participation:
    """Who was accepted before keeps the day of it."""
    first = min(event.on, state.known_since or event.on)
    waits = replace(state, standing="waiting", awaited=event, known_since=first, left=None)
    return replace(waits, accepted_on=state.accepted_on or event.on)


def _left(state: Participation, event: events.LeftWaitingList) -> Participation:
    """Where he stood is kept, for it may have been told in error; who was accepted in error has no day of it."""
    before: Standing | None = "waiting" if state.standing in {"offered", "placed"} else state.standing
    accepted_on = None if event.cause == "not_accepted" else state.accepted_on
    left = replace(state, standing="unlisted", place=None, left=event, before_leaving=before)
    return replace(left, accepted_on=accepted_on)


def _told(state: Participation, event: events.AttendanceNoted | events.AttendanceCounted) -> Participation:
    return replace(state, told={**state.told, event.session_id: event.mark})


def _untold(state: Participation, event: events.AttendanceRevoked | events.AttendanceDiscounted) -> Participation:
    return replace(state, told=_without(state.told, event.session_id))


def _inherited(state: Participation, event: events.AttendanceInherited) -> Participation:
    gone = not event.marks and event.accepted_on is None
    inherited = _without(state.inherited, event.under_id) if gone else {**state.inherited, event.under_id: event}
    return replace(_following(state, event.modules, event.needs), inherited=inherited)


def _following(state: Participation, modules: Iterable[int], follows: Needs) -> Participation:
    """He follows that offer, unless he follows one already."""
    return state if state.modules else replace(state, modules=frozenset(modules), follows=follows)


def _transferred(state: Participation, event: events.ParticipationTransferred) -> Participation:
    awaited = state.awaited and state.awaited.model_copy(update={"city": event.city})
    return replace(
        state, awaited=awaited, transferred=(*state.transferred, event), moved=state.moved or state.place is None
    )


def _without(mapping: Mapping[K, T], name: K) -> dict[K, T]:
    return {each: value for each, value in mapping.items() if each != name}


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


def _placed(state: Participation, event: events.ParticipantPlaced) -> Participation:
    follows = replace(_grouped(state, event), modules=frozenset(event.modules), follows=event.needs, moved=False)
    return replace(follows, standing="placed", place=event, requested=None, last_cycle=event.cycle_id)


def _grouped(state: Participation, event: events.PlaceOffered | events.ParticipantPlaced) -> Participation:
    if event.organisation_id is None:
        return state
    return replace(state, run_by={**state.run_by, event.cycle_id: event.organisation_id})


def _rescheduled(state: Participation, event: events.PlaceRescheduled | events.PlaceRestored) -> Participation:
    if state.place is None:
        return state
    days = {"first_on": event.first_on, "last_on": event.last_on}
    return replace(state, place=state.place.model_copy(update=days))
