"""The rules of a network event: planned, moved, cancelled or held; guests may say that they come."""

from __future__ import annotations

from typing import assert_never

from services.training.guards import days_in_order, happened
from services.training.network_events.commands import (
    CancelGuest,
    CancelNetworkEvent,
    CorrectEventDay,
    CorrectNetworkEvent,
    HoldNetworkEvent,
    MoveNetworkEvent,
    NetworkEventCommand,
    PlanNetworkEvent,
    RegisterGuest,
    ReinstateNetworkEvent,
    RenewGuestLink,
    RevokeNetworkEvent,
)
from services.training.network_events.events import (
    GuestCancelled,
    GuestRegistered,
    NetworkEventCancelled,
    NetworkEventEvent,
    NetworkEventHeld,
    NetworkEventMoved,
    NetworkEventPlanned,
    NetworkEventReinstated,
    NetworkEventRevoked,
)
from services.training.network_events.state import NetworkEvent
from services.training.refusals import Refusal
from shared.domain.messages import Refused


def decide(state: NetworkEvent, command: NetworkEventCommand) -> list[NetworkEventEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    happened(command.on, command.at)
    if isinstance(command, PlanNetworkEvent):
        return plan(state, command)
    if state.planned is None:
        raise Refused(Refusal.NETWORK_EVENT_UNKNOWN)
    if command.on < state.planned.on:
        raise Refused(Refusal.DATE_BEFORE_PLANNED)
    match command:
        case RegisterGuest() | CancelGuest() | RenewGuestLink():
            return _of_guests(state, command)
        case CorrectEventDay() | ReinstateNetworkEvent() | RevokeNetworkEvent():
            return _mended(state, command)
        case MoveNetworkEvent():
            return move(state, command)
        case CancelNetworkEvent():
            return cancel(state, command)
        case HoldNetworkEvent():
            return hold(state, command)
        case CorrectNetworkEvent():
            return correct(state, command)
        case _:
            assert_never(command)


def _of_guests(state: NetworkEvent, command: RegisterGuest | CancelGuest | RenewGuestLink) -> list[NetworkEventEvent]:
    match command:
        case RegisterGuest():
            return register_guest(state, command)
        case CancelGuest():
            return cancel_guest(state, command)
        case RenewGuestLink():
            return renew_guest_link(state, command)
        case _:
            assert_never(command)


def _mended(
    state: NetworkEvent, command: CorrectEventDay | ReinstateNetworkEvent | RevokeNetworkEvent
) -> list[NetworkEventEvent]:
    match command:
        case CorrectEventDay():
            return correct_day(state, command)
        case ReinstateNetworkEvent():
            return reinstate(state, command)
        case RevokeNetworkEvent():
            return revoke(state, command)
        case _:
            assert_never(command)


def plan(state: NetworkEvent, command: PlanNetworkEvent) -> list[NetworkEventEvent]:
    """A network event is planned once, for a day to come."""
    event = NetworkEventPlanned(
        event_id=command.event_id,
        on=command.on,
        title=command.title,
        city=command.city,
        place=command.place,
        day=command.day,
        speakers=command.speakers,
        programme=command.programme,
        capacity=command.capacity,
    )
    if state.planned == event:
        return []
    if state.planned:
        raise Refused(Refusal.NETWORK_EVENT_ALREADY_PLANNED)
    days_in_order([command.day], command.on)
    return [event]


def move(state: NetworkEvent, command: MoveNetworkEvent) -> list[NetworkEventEvent]:
    """Until it is held it can be moved to a day to come."""
    _not_yet_held(state)
    if (state.city, state.place, state.day) == (command.city, command.place, command.day):
        return []
    days_in_order([command.day], command.on)
    return [
        NetworkEventMoved(
            event_id=command.event_id, on=command.on, city=command.city, place=command.place, day=command.day
        )
    ]


def cancel(state: NetworkEvent, command: CancelNetworkEvent) -> list[NetworkEventEvent]:
    """What was not held can be cancelled, for good."""
    if state.status == "cancelled" and state.cancelled_for == command.reason:
        return []
    _not_yet_held(state)
    return [NetworkEventCancelled(event_id=command.event_id, on=command.on, reason=command.reason)]


def register_guest(state: NetworkEvent, command: RegisterGuest) -> list[NetworkEventEvent]:
    """A guest may come while there is room; there is no waiting list.

    It is refused before it is looked who comes: a refusal says nothing of anybody.
    """
    _not_yet_held(state)
    if command.on > state.on:
        raise Refused(Refusal.NETWORK_EVENT_PAST)
    capacity = state.planned.capacity if state.planned else None
    if capacity is not None and len(state.guests.places) >= capacity:
        raise Refused(Refusal.NETWORK_EVENT_FULL)
    if command.guest.participant_id in state.guests:
        return []
    return [GuestRegistered(event_id=command.event_id, on=command.on, guest=command.guest)]


def cancel_guest(state: NetworkEvent, command: CancelGuest) -> list[NetworkEventEvent]:
    """Who said that he comes may say that he does not."""
    if command.participant_id in state.left:
        return []
    _not_yet_held(state)
    if command.participant_id not in state.guests:
        raise Refused(Refusal.REGISTRATION_UNKNOWN)
    if command.asked_by_others:
        return []
    return [GuestCancelled(event_id=command.event_id, on=command.on, participant_id=command.participant_id)]


def renew_guest_link(state: NetworkEvent, command: RenewGuestLink) -> list[NetworkEventEvent]:
    """A guest of an event to come can have another link; no event comes of it."""
    _not_yet_held(state)
    if command.participant_id not in state.guests:
        raise Refused(Refusal.REGISTRATION_UNKNOWN)
    return []


def hold(state: NetworkEvent, command: HoldNetworkEvent) -> list[NetworkEventEvent]:
    """It is held once, on its day, with somebody there."""
    event = _held(state, command)
    if state.held == event:
        return []
    _not_yet_held(state)
    if command.on < state.on:
        raise Refused(Refusal.NETWORK_EVENT_NOT_OVER)
    if not event.by_sector:
        raise Refused(Refusal.NOBODY_PRESENT)
    return [event]


def correct(state: NetworkEvent, command: CorrectNetworkEvent) -> list[NetworkEventEvent]:
    """What was recorded is said again when it differs."""
    if state.held is None:
        raise Refused(Refusal.NETWORK_EVENT_NOT_HELD)
    if command.on < state.on:
        raise Refused(Refusal.NETWORK_EVENT_NOT_OVER)
    event = _held(state, command)
    return [] if state.held == event else [event]


def correct_day(state: NetworkEvent, command: CorrectEventDay) -> list[NetworkEventEvent]:
    """An event that was held was held on another day, or elsewhere: not to come, and not before it was planned."""
    if state.held is None:
        raise Refused(Refusal.NETWORK_EVENT_NOT_HELD)
    if (state.city, state.place, state.day) == (command.city, command.place, command.day):
        return []
    days_in_order([command.day], state.planned.on if state.planned else command.on)
    if command.on < command.day.on:
        raise Refused(Refusal.NETWORK_EVENT_NOT_OVER)
    moved = NetworkEventMoved(
        event_id=command.event_id, on=command.on, city=command.city, place=command.place, day=command.day
    )
    held = state.held.model_copy(update={"on": command.day.on, "city": command.city})
    return [moved, *([] if held == state.held else [held])]


def reinstate(state: NetworkEvent, command: ReinstateNetworkEvent) -> list[NetworkEventEvent]:
    """It was not cancelled: it stands as it did before, with its guests."""
    if state.taken_back == "cancelled":
        return []
    if state.status != "cancelled":
        raise Refused(Refusal.NETWORK_EVENT_NOT_CANCELLED)
    return [NetworkEventReinstated(event_id=command.event_id, on=command.on)]


def revoke(state: NetworkEvent, command: RevokeNetworkEvent) -> list[NetworkEventEvent]:
    """It was not held: it stands as it did before, with its guests."""
    if state.taken_back == "held":
        return []
    if state.held is None:
        raise Refused(Refusal.NETWORK_EVENT_NOT_HELD)
    return [NetworkEventRevoked(event_id=command.event_id, on=command.on)]


def _held(state: NetworkEvent, command: HoldNetworkEvent | CorrectNetworkEvent) -> NetworkEventHeld:
    return NetworkEventHeld(
        event_id=command.event_id,
        on=state.on,
        city=state.city,
        by_sector={sector: number for sector, number in sorted(command.by_sector.items()) if number},
        organisations=tuple(sorted(set(command.organisations))),
    )


def _not_yet_held(state: NetworkEvent) -> None:
    if state.status == "cancelled":
        raise Refused(Refusal.NETWORK_EVENT_CANCELLED)
    if state.status == "held":
        raise Refused(Refusal.NETWORK_EVENT_ALREADY_HELD)
