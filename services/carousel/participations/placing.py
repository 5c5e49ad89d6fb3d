"""The rules of a place: asked for, offered, accepted or refused, given back; never two at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.carousel.participations.commands import (
    AcceptPlace,
    OfferPlace,
    PlaceParticipant,
    ReceivePlace,
    RefusePlace,
    ReschedulePlace,
    RestorePlace,
)
from services.carousel.participations.events import (
    ParticipantPlaced,
    ParticipationEvent,
    PlaceGivenBack,
    PlaceOffered,
    PlaceReclaimed,
    PlaceRefused,
    PlaceRequested,
    PlaceRescheduled,
    PlaceRestored,
)
from services.carousel.participations.state import Participation
from services.carousel.refusals import Refusal
from services.carousel.values import PlaceInCycle
from shared.domain.messages import Refused
from shared.i18n.code_lists import reasons_for


def ask_place(state: Participation, command: OfferPlace | PlaceParticipant) -> list[ParticipationEvent]:
    """A place is asked for somebody who waits; for who has been offered the same one, placing is accepting."""
    firm = isinstance(command, PlaceParticipant)
    if state.completed_on:
        raise Refused(Refusal.ALREADY_COMPLETED)
    if state.place and state.place.cycle_id == command.cycle_id:
        if firm and state.standing == "offered":
            return [_placed(state.place, command.on)]
        if state.asked and state.asked.from_on != command.from_on:
            raise Refused(Refusal.ALREADY_PLACED, placed_from=str(state.asked.from_on))
        return []
    if state.place:
        raise Refused(Refusal.ALREADY_PLACED)
    if state.awaited is None:
        raise Refused(Refusal.PARTICIPATION_UNKNOWN)
    if state.standing != "waiting":
        raise Refused(Refusal.PARTICIPATION_NOT_OPEN)
    not_before_waiting(state, min(command.on, command.from_on))
    return [
        PlaceRequested(
            referral_id=command.referral_id,
            cycle_id=command.cycle_id,
            from_on=command.from_on,
            firm=firm,
            attended=tuple(sorted(state.attended)),
            have=tuple(sorted(state.have)),
            kept_apart=tuple(sorted(state.kept_apart)),
            on=command.on,
        )
    ]


def receive_place(state: Participation, command: ReceivePlace) -> list[ParticipationEvent]:
    """The seats that were asked for, found by the cycle."""
    if state.requested is None or state.requested.cycle_id != command.cycle_id:
        raise Refused(Refusal.PLACE_NOT_REQUESTED)
    if command.firm:
        return [_placed(command, command.on)]
    return [
        PlaceOffered(
            referral_id=command.referral_id,
            cycle_id=command.cycle_id,
            organisation_id=command.organisation_id,
            city=command.city,
            modules=command.modules,
            needs=command.needs,
            first_on=command.first_on,
            last_on=command.last_on,
            on=command.on,
        )
    ]


def reschedule_place(state: Participation, command: ReschedulePlace) -> list[ParticipationEvent]:
    """The place in that cycle begins or ends on another day; without one there, nothing changes."""
    place = state.place
    if place is None or place.cycle_id != command.cycle_id:
        return []
    if (place.first_on, place.last_on) == (command.first_on, command.last_on):
        return []
    not_before_waiting(state, command.first_on)
    return [
        PlaceRescheduled(
            referral_id=command.referral_id,
            cycle_id=command.cycle_id,
            city=place.city,
            first_on=command.first_on,
            last_on=command.last_on,
            placed_on=place.on if isinstance(place, ParticipantPlaced) else None,
            on=command.on,
        )
    ]


def not_before_waiting(state: Participation, on: date) -> None:
    """Raises Refused for a day before the first on which he waited."""
    if state.known_since and on < state.known_since:
        raise Refused(Refusal.DATE_BEFORE_WAITING, day=str(on))


def accept_place(state: Participation, command: AcceptPlace) -> list[ParticipationEvent]:
    """The person takes the place offered."""
    if state.standing == "placed":
        return []
    if state.standing != "offered" or state.place is None:
        raise Refused(Refusal.NO_PLACE_OFFERED)
    not_before_waiting(state, command.on)
    return [_placed(state.place, command.on)]


def refuse_place(state: Participation, command: RefusePlace) -> list[ParticipationEvent]:
    """The person cannot take the place offered; why is kept, for the barriers are counted from it."""
    last = state.refusals[-1].event if state.standing == "waiting" and state.refusals else None
    if last and (last.category, last.code) == (command.category, command.code):
        return []
    if state.standing != "offered" or state.place is None:
        raise Refused(Refusal.NO_PLACE_OFFERED)
    not_before_waiting(state, command.on)
    if (command.category, command.code) not in reasons_for("place_refused"):
        raise Refused(Refusal.REASON_DOES_NOT_FIT)
    return [
        PlaceRefused(
            referral_id=command.referral_id,
            cycle_id=state.place.cycle_id,
            category=command.category,
            code=command.code,
            on=command.on,
        )
    ]


def reclaim_place(state: Participation, cycle_id: str, on: date) -> list[ParticipationEvent]:
    """The last place is asked back, unless the person has gone another way since it ended."""
    ended = state.ended
    if state.standing != "waiting" or not isinstance(ended, ParticipantPlaced) or ended.cycle_id != cycle_id:
        return []
    if state.moved or state.seat_beside(ended):
        return []
    apart = tuple(sorted(state.kept_apart))
    return [PlaceReclaimed(referral_id=ended.referral_id, cycle_id=cycle_id, kept_apart=apart, on=on)]


def place_of_the_stop(state: Participation, on: date) -> list[ParticipationEvent]:
    """The place that he gave back by stopping is asked back with the stop."""
    if state.ended is None or state.stopped is None or state.paused or state.ended_on != state.stopped.on:
        return []
    return reclaim_place(replace(state, standing="waiting"), state.ended.cycle_id, on)


def restore_place(state: Participation, command: RestorePlace) -> list[ParticipationEvent]:
    """The place in that cycle goes on, unless the person has gone another way since it ended."""
    ended = state.ended
    if state.standing != "waiting" or not isinstance(ended, ParticipantPlaced) or ended.cycle_id != command.cycle_id:
        return []
    return [
        PlaceRestored(
            referral_id=command.referral_id,
            cycle_id=command.cycle_id,
            city=ended.city,
            first_on=command.first_on,
            last_on=command.last_on,
            placed_on=ended.on,
            on=command.on,
        )
    ]


def given_back(state: Participation, on: date) -> list[ParticipationEvent]:
    """The place that ends on that day, when there is one."""
    if state.place is None:
        return []
    return [PlaceGivenBack(referral_id=state.place.referral_id, cycle_id=state.place.cycle_id, on=on)]


def _placed(place: PlaceInCycle, on: date) -> ParticipantPlaced:
    return ParticipantPlaced(
        referral_id=place.referral_id,
        cycle_id=place.cycle_id,
        organisation_id=place.organisation_id,
        city=place.city,
        modules=place.modules,
        needs=place.needs,
        first_on=place.first_on,
        last_on=place.last_on,
        on=on,
    )
