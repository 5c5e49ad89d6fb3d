"""The rules of the seats of a cycle: never above capacity at any session, never together who must not be."""

from __future__ import annotations

from services.carousel.commands.cycle import ReleasePlace, TakePlace
from services.carousel.domain.cycle_state import Cycle, Seat
from services.carousel.domain.seats import seats
from services.carousel.events.cycle import CycleEvent, CyclePlanned, PlaceReleased, PlaceTaken
from services.carousel.events.values import Session
from shared.domain.messages import Refused


def take_place(state: Cycle, planned: CyclePlanned, command: TakePlace) -> list[CycleEvent]:
    """Seats at every session the person would attend, or none at all."""
    seat = state.seats.get(command.referral_id)
    if seat and seat.active:
        return []
    if state.closed:
        raise Refused("cycle-closed")
    chosen = seats(state.open_sessions(), command.attended, command.from_on)
    if not chosen:
        raise Refused("no-session-to-attend")
    if any(len(state.expected(each.session_id)) >= planned.capacity for each in chosen):
        raise Refused("cycle-full")
    if _meets(state, command):
        raise Refused("place-not-suitable")
    return [_taken(planned, command, chosen)]


def _meets(state: Cycle, command: TakePlace) -> bool:
    """Whether somebody has a seat here whom he must not meet, whoever of the two said so."""
    here = {person: seat for person, seat in state.seats.items() if seat.active}
    return not here.keys().isdisjoint(command.kept_apart) or any(
        command.referral_id in seat.kept_apart for seat in here.values()
    )


def _taken(planned: CyclePlanned, command: TakePlace, chosen: tuple[Session, ...]) -> PlaceTaken:
    return PlaceTaken(
        cycle_id=command.cycle_id,
        organisation_id=planned.organisation_id,
        referral_id=command.referral_id,
        sessions=tuple(each.session_id for each in chosen),
        first_on=chosen[0].on,
        last_on=chosen[-1].on,
        city=planned.city,
        modules=planned.modules,
        kept_apart=command.kept_apart,
        firm=command.firm,
        on=command.on,
    )


def release_place(state: Cycle, command: ReleasePlace) -> list[CycleEvent]:
    """Seats still to come are free for another; the sessions held keep their marks."""
    seat: Seat | None = state.seats.get(command.referral_id)
    if seat is None or not seat.active:
        return []
    return [PlaceReleased(cycle_id=command.cycle_id, referral_id=command.referral_id, on=command.on)]
