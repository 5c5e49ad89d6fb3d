"""Whose place begins or ends on another day when the sessions of its cycle change."""

from __future__ import annotations

from typing import TypeVar

from services.carousel.domain.cycle_state import Cycle, evolve
from services.carousel.events.cycle import CatchUpAdded, SessionCancelled, SessionMoved
from services.carousel.events.values import PlaceDays

E = TypeVar("E", SessionMoved, SessionCancelled, CatchUpAdded)


def rescheduled(state: Cycle, event: E) -> E:
    """The fact with the places whose days it changes; a place of which no session is left keeps its days."""
    after = evolve(state, event)
    changed = tuple(
        PlaceDays(referral_id=person, first_on=days[0], last_on=days[1])
        for person, seat in sorted(after.seats.items())
        if seat.active and (days := after.days(person)) and days != state.days(person)
    )
    return event.model_copy(update={"rescheduled": changed})
