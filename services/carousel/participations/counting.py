"""What follows from an event for the marks that count, the start and the completion: derived again each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from services.carousel.participations.commands import ForReferral
from services.carousel.participations.events import (
    AttendanceCounted,
    AttendanceDiscounted,
    AttendanceNoted,
    CompletionRevoked,
    ParticipationCompleted,
    ParticipationEvent,
    ParticipationStarted,
    StartRevoked,
)
from services.carousel.participations.placing import given_back, place_of_the_stop
from services.carousel.participations.safety import stop_taken_back, task
from services.carousel.participations.state import Participation, evolve


def settled(
    state: Participation, events: Sequence[ParticipationEvent], command: ForReferral
) -> list[ParticipationEvent]:
    """The events, and what others must be told for it: marks that count now or no longer, start, completion."""
    settled = list(events)
    for step in (_marks, _start, _stop, _completion) if events else ():
        settled += step(reduce(evolve, settled, state), command)
    return settled


def _marks(state: Participation, command: ForReferral) -> Iterator[ParticipationEvent]:
    counted = state.counted
    for session in sorted(state.told.keys() - counted.keys()):
        yield AttendanceDiscounted(referral_id=command.referral_id, session_id=session, on=command.on)
    for session, mark in sorted(counted.items()):
        if state.told.get(session) != mark.mark:
            yield _counted(mark, command.referral_id)


def _counted(mark: AttendanceNoted, referral_id: str) -> AttendanceCounted:
    return AttendanceCounted(
        referral_id=referral_id,
        cycle_id=mark.cycle_id,
        session_id=mark.session_id,
        module=mark.module,
        modules=mark.modules,
        mark=mark.mark,
        city=mark.city,
        on=mark.on,
    )


def _start(state: Participation, command: ForReferral) -> Iterator[ParticipationEvent]:
    first = state.first_session
    if first and first.on != state.started_on:
        yield ParticipationStarted(
            referral_id=command.referral_id, cycle_id=first.cycle_id, city=first.city, on=first.on
        )
    if first is None and state.started_on:
        yield StartRevoked(referral_id=command.referral_id, on=command.on)


def _stop(state: Participation, command: ForReferral) -> Iterator[ParticipationEvent]:
    """A session attended after the stop outweighs it; without that session the stop holds again."""
    last = max((each.on for each in state.attended_sessions), default=None)
    stopped, outweighed = state.stopped, state.outweighed
    if last and stopped and state.standing == "stopped" and stopped.on < last:
        yield from stop_taken_back(state, command.on, outweighed=True)
        yield from place_of_the_stop(state, command.on)
    elif last and outweighed and state.last_cycle and _as_after_the_stop(state) and last <= outweighed.on:
        yield from given_back(state, outweighed.on)
        yield outweighed
        yield task(state, command, "stopped", state.last_cycle)


def _as_after_the_stop(state: Participation) -> bool:
    """Whether he waits still, or has again the place that the stop had ended."""
    same = state.place and state.ended and state.place.cycle_id == state.ended.cycle_id
    return state.standing == "waiting" or (state.standing == "placed" and bool(same))


def _completion(state: Participation, command: ForReferral) -> Iterator[ParticipationEvent]:
    last = state.last_module
    if last and last.on != state.completed_on:
        yield ParticipationCompleted(
            referral_id=command.referral_id, cycle_id=last.cycle_id, city=last.city, on=last.on
        )
    if last is None and state.completed_on:
        yield CompletionRevoked(referral_id=command.referral_id, on=command.on)
