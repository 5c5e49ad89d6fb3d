"""The rules of who goes elsewhere: one session in another group, or the road in another city."""

from __future__ import annotations

from datetime import date

from services.carousel.participations.commands import (
    DropMakeUp,
    FollowOffer,
    MakeUp,
    ReceiveMakeUp,
    TransferParticipation,
)
from services.carousel.participations.events import (
    MakeUpArranged,
    MakeUpDropped,
    MakeUpRequested,
    OfferFollowed,
    ParticipationEvent,
    ParticipationTransferred,
)
from services.carousel.participations.placing import given_back
from services.carousel.participations.state import Participation
from services.carousel.refusals import Refusal
from services.carousel.values import needs_of
from shared.domain.messages import Refused


def make_up(state: Participation, command: MakeUp) -> list[ParticipationEvent]:
    """Who has a place can make up a session in another group, as long as he lacks its module."""
    if (command.cycle_id, command.session_id) in state.make_ups:
        return []
    if state.completed_on:
        raise Refused(Refusal.ALREADY_COMPLETED)
    if state.awaited is None:
        raise Refused(Refusal.PARTICIPATION_UNKNOWN)
    if state.standing != "placed" or state.place is None:
        raise Refused(Refusal.PARTICIPATION_NOT_OPEN)
    if state.place.cycle_id == command.cycle_id:
        raise Refused(Refusal.ALREADY_PLACED)
    return [
        MakeUpRequested(
            referral_id=command.referral_id,
            cycle_id=command.cycle_id,
            session_id=command.session_id,
            attended=tuple(sorted(state.attended)),
            have=tuple(sorted(state.have)),
            kept_apart=tuple(sorted(state.kept_apart)),
            on=command.on,
        )
    ]


def receive_make_up(_: Participation, command: ReceiveMakeUp) -> list[ParticipationEvent]:
    """The seat that was asked for, found by the other cycle."""
    return [
        MakeUpArranged(
            referral_id=command.referral_id,
            cycle_id=command.cycle_id,
            session_id=command.session_id,
            held_on=command.held_on,
            on=command.on,
        )
    ]


def drop_make_up(state: Participation, command: DropMakeUp) -> list[ParticipationEvent]:
    """He does not make up that session there; where it was held, his mark stays."""
    if (command.cycle_id, command.session_id) not in state.make_ups:
        return []
    return [_dropped(command.referral_id, command.cycle_id, command.session_id, command.on)]


def left_behind(state: Participation, referral_id: str, on: date) -> list[ParticipationEvent]:
    """What he gives back who leaves on that day: his place, and the sessions after it that he would make up."""
    ahead = sorted(made for made, held_on in state.make_ups.items() if held_on > on)
    return [*given_back(state, on), *(_dropped(referral_id, cycle, session, on) for cycle, session in ahead)]


def transfer(state: Participation, command: TransferParticipation) -> list[ParticipationEvent]:
    """The road goes on in another city; a place in a group of that city stays his."""
    if state.awaited is None or state.awaited.city == command.city:
        return []
    stays = state.place and state.place.city == command.city
    moved = ParticipationTransferred(
        referral_id=command.referral_id, city=command.city, from_city=state.awaited.city, on=command.on
    )
    return [*([] if stays else left_behind(state, command.referral_id, command.on)), moved]


def follow_offer(state: Participation, command: FollowOffer) -> list[ParticipationEvent]:
    """Who has no place goes on with another version, or another offer; a place decides by itself what he needs."""
    if state.completed_on:
        raise Refused(Refusal.ALREADY_COMPLETED)
    if state.awaited is None:
        raise Refused(Refusal.PARTICIPATION_UNKNOWN)
    if state.place:
        raise Refused(Refusal.ALREADY_PLACED)
    if state.modules == frozenset(command.modules) and state.needs == needs_of(command.modules, command.needs):
        return []
    return [
        OfferFollowed(
            referral_id=command.referral_id,
            offer_id=command.offer_id,
            version=command.version,
            modules=command.modules,
            needs=command.needs,
            on=command.on,
        )
    ]


def _dropped(referral_id: str, cycle_id: str, session_id: str, on: date) -> MakeUpDropped:
    return MakeUpDropped(referral_id=referral_id, cycle_id=cycle_id, session_id=session_id, on=on)
