"""Participations over HTTP: facilitators offer places, place, pause, stop and take back."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.carousel.access import Access, Facilitator, with_access
from services.carousel.offers.aggregate import OFFER
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import (
    AcceptPlace,
    DeclareNonAssociation,
    DropMakeUp,
    FollowOffer,
    GiveBackPlace,
    LiftNonAssociation,
    MakeUp,
    OfferPlace,
    ParticipationCommand,
    PauseParticipation,
    PlaceParticipant,
    RefusePlace,
    ResumeParticipation,
    ReturnToParticipation,
    RevokeStop,
    StopParticipation,
)
from services.carousel.participations.schemas import (
    MakeUpSession,
    NonAssociation,
    OfferChoice,
    Pause,
    PlaceEnd,
    PlaceRequest,
    Reason,
)
from services.carousel.participations.state import Participation
from shared.domain.clock import now
from shared.domain.messages import Dated
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.eventstore.loading import load
from shared.http.auth import Caller
from shared.http.commands import Commanding, Commands, Done
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id

router = APIRouter(tags=["participations"])


@router.post("/participations/{referral_id}/offer-place", response_model=Done)
async def offer_place(referral_id: Id, body: PlaceRequest, caller: Facilitator, commands: Commanding) -> Response:
    """Hold seats for a person until he answers."""
    command = OfferPlace(
        at=now(), by=caller.subject, referral_id=referral_id, cycle_id=body.cycle_id, from_on=body.from_on, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/place", response_model=Done)
async def place_participant(referral_id: Id, body: PlaceRequest, caller: Facilitator, commands: Commanding) -> Response:
    """Give a place to a person who agreed already."""
    command = PlaceParticipant(
        at=now(), by=caller.subject, referral_id=referral_id, cycle_id=body.cycle_id, from_on=body.from_on, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/make-up", response_model=Done)
async def make_up(referral_id: Id, body: MakeUpSession, caller: Facilitator, commands: Commanding) -> Response:
    """Have a person make up one session in another group; his own place stays."""
    command = MakeUp(
        at=now(),
        by=caller.subject,
        referral_id=referral_id,
        cycle_id=body.cycle_id,
        session_id=body.session_id,
        on=body.on,
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/drop-make-up", response_model=Done)
async def drop_make_up(referral_id: Id, body: MakeUpSession, caller: Facilitator, commands: Commanding) -> Response:
    """Have him not make up that session there."""
    command = DropMakeUp(
        at=now(),
        by=caller.subject,
        referral_id=referral_id,
        cycle_id=body.cycle_id,
        session_id=body.session_id,
        on=body.on,
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/follow-offer", response_model=Done)
async def follow_offer(referral_id: Id, body: OfferChoice, caller: Facilitator, commands: Commanding) -> Response:
    """Have a person go on with an offer in the version that holds: what he attended keeps its worth."""
    async with commands.store.pool.acquire() as connection:
        _, offer = await load(connection, commands.store, OFFER, body.offer_id)
    command = FollowOffer(
        at=now(),
        by=caller.subject,
        referral_id=referral_id,
        offer_id=body.offer_id,
        version=max(offer.version, 1),
        modules=tuple(each.number for each in offer.modules),
        needs=offer.needs,
        on=body.on,
    )

    async def run(access: Access) -> Response:
        def check(state: Participation) -> None:
            access.person(state)
            if not offer.modules:
                raise NotVisible

        return await commands.run(PARTICIPATION, referral_id, command, check_access=check)

    return await with_access(commands.store, caller, run)


@router.post("/participations/{referral_id}/accept-place", response_model=Done)
async def accept_place(referral_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Record that the person takes the place offered."""
    return await _run(commands, caller, AcceptPlace(at=now(), by=caller.subject, referral_id=referral_id, on=body.on))


@router.post("/participations/{referral_id}/refuse-place", response_model=Done)
async def refuse_place(referral_id: Id, body: Reason, caller: Facilitator, commands: Commanding) -> Response:
    """Record that the person cannot take the place offered, and why."""
    command = RefusePlace(
        at=now(), by=caller.subject, referral_id=referral_id, category=body.category, code=body.code, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/give-back-place", response_model=Done)
async def give_back_place(referral_id: Id, body: PlaceEnd, caller: Facilitator, commands: Commanding) -> Response:
    """End the place: given back by the person."""
    command = GiveBackPlace(at=now(), by=caller.subject, referral_id=referral_id, cycle_id=body.cycle_id, on=body.on)
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/pause", response_model=Done)
async def pause_participation(referral_id: Id, body: Pause, caller: Facilitator, commands: Commanding) -> Response:
    """Pause a participation until a review date, or move that date; the place is given back."""
    command = PauseParticipation(
        at=now(), by=caller.subject, referral_id=referral_id, review_on=body.review_on, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/resume", response_model=Done)
async def resume_participation(referral_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Go on after a pause."""
    command = ResumeParticipation(at=now(), by=caller.subject, referral_id=referral_id, on=body.on)
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/stop", response_model=Done)
async def stop_participation(referral_id: Id, body: Reason, caller: Facilitator, commands: Commanding) -> Response:
    """Record that the person leaves after the first session, and why."""
    command = StopParticipation(
        at=now(), by=caller.subject, referral_id=referral_id, category=body.category, code=body.code, on=body.on
    )
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/revoke-stop", response_model=Done)
async def revoke_stop(referral_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Take a stop back that was recorded in error, and the safety task that it opened."""
    return await _run(commands, caller, RevokeStop(at=now(), by=caller.subject, referral_id=referral_id, on=body.on))


@router.post("/participations/{referral_id}/return", response_model=Done)
async def return_to_participation(referral_id: Id, body: Dated, caller: Facilitator, commands: Commanding) -> Response:
    """Record that the person comes back after stopping."""
    command = ReturnToParticipation(at=now(), by=caller.subject, referral_id=referral_id, on=body.on)
    return await _run(commands, caller, command)


@router.post("/participations/{referral_id}/keep-apart", response_model=Done)
async def keep_apart(referral_id: Id, body: NonAssociation, caller: Facilitator, commands: Commanding) -> Response:
    """Say that two people must not sit together; the caller must see both."""
    command = DeclareNonAssociation(
        at=now(), by=caller.subject, referral_id=referral_id, other_id=body.other_id, on=body.on
    )
    return await _run_about_two(commands, caller, command)


@router.post("/participations/{referral_id}/let-together", response_model=Done)
async def let_together(referral_id: Id, body: NonAssociation, caller: Facilitator, commands: Commanding) -> Response:
    """Say that they may sit together again; the caller must see both."""
    command = LiftNonAssociation(
        at=now(), by=caller.subject, referral_id=referral_id, other_id=body.other_id, on=body.on
    )
    return await _run_about_two(commands, caller, command)


async def _run(commands: Commands, caller: Caller, command: ParticipationCommand) -> Response:
    async def run(access: Access) -> Response:
        return await commands.run(
            PARTICIPATION, command.referral_id, command, check_access=access.person, check_issued=access.issued
        )

    return await with_access(commands.store, caller, run)


async def _run_about_two(
    commands: Commands, caller: Caller, command: DeclareNonAssociation | LiftNonAssociation
) -> Response:
    """Access to the other is checked also where nothing changes: that would tell who is kept apart from whom."""

    async def run(access: Access) -> Response:
        async def check_other(connection: Connection, outcome: Outcome) -> None:
            if not outcome.events:
                access.person((await load(connection, commands.store, PARTICIPATION, command.other_id))[1])

        return await commands.run(
            PARTICIPATION,
            command.referral_id,
            command,
            check_access=access.person,
            check_issued=access.issued,
            hooks=[check_other],
        )

    return await with_access(commands.store, caller, run)
