"""The rules of what may change of a cycle that is planned: its capacity, and the pair that runs it."""

from __future__ import annotations

from services.carousel.cycles.attendance import open_session
from services.carousel.cycles.commands import ChangeCapacity, ChangeFacilitators
from services.carousel.cycles.events import CapacityChanged, CycleEvent, FacilitatorsChanged
from services.carousel.cycles.state import Cycle, evolve
from services.carousel.refusals import Refusal
from shared.domain.messages import Refused


def change_capacity(state: Cycle, command: ChangeCapacity) -> list[CycleEvent]:
    """Never fewer seats than people who are expected at a session still to be recorded, which is named."""
    if state.closed:
        raise Refused(Refusal.CYCLE_CLOSED)
    now = state.capacity
    if command.session_id is not None:
        open_session(state, command.session_id)
        now = state.seats_at(command.session_id)
    if now == command.capacity:
        return []
    changed = CapacityChanged(
        cycle_id=command.cycle_id, session_id=command.session_id, capacity=command.capacity, on=command.on
    )
    after = evolve(state, changed)
    for each in after.open_sessions():
        if len(after.expected(each.session_id)) > after.seats_at(each.session_id):
            raise Refused(Refusal.CAPACITY_UNDER_SEATED, session=each.session_id)
    return [changed]


def change_facilitators(state: Cycle, command: ChangeFacilitators) -> list[CycleEvent]:
    """From that day on another pair runs the cycle; who stood in for the one who leaves does so no longer."""
    if len(set(command.facilitators)) < len(command.facilitators):
        raise Refused(Refusal.FACILITATORS_NOT_TWO)
    if state.facilitators == command.facilitators:
        return []
    if state.closed:
        raise Refused(Refusal.CYCLE_CLOSED)
    return [FacilitatorsChanged(cycle_id=command.cycle_id, facilitators=command.facilitators, on=command.on)]
