"""What a message of the referral service leads to: who waits, who leaves, of which person, counted for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from services.carousel import known_referrals
from services.carousel.known_referrals import Member
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import (
    AwaitPlace,
    CountElsewhere,
    KnowPerson,
    LeaveWaitingList,
    ParticipationCommand,
    RevokeLeaving,
    TransferParticipation,
)
from services.carousel.participations.events import Unlisted
from services.carousel.refusals import DeadLetterReason
from shared.contracts import referral as contract
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.messaging.inbox import ReceivedMessage

BY = "referral"
_DECLINED: dict[str, Unlisted] = {"not_eligible": "not_eligible", "not_suitable": "not_suitable"}
T = TypeVar("T")
_LEFT: dict[str, tuple[Unlisted, ...]] = {
    "decline": ("not_eligible", "not_suitable"),
    "hold": ("on_hold",),
    "withdrawal": ("withdrawn",),
    "retraction": ("retracted",),
}
"""By the step that is taken back, why he had left the waiting list."""


async def on_referral_message(connection: Connection, received: ReceivedMessage) -> Sequence[AnyIssued]:
    """Who is accepted waits for a place; who takes another road before the start waits no longer.

    Raises Refused or ValidationError for a message of which the carousel can make nothing.
    """
    match received.message:
        case contract.ReferralReceived() as message:
            people = await known_referrals.keep(connection, message)
            return _know_people(received, people, message.on)
        case contract.ReferralAttributed() as message:
            people = _known(await known_referrals.attributed(connection, message.referral, message.person))
            return _know_people(received, people, message.on)
        case contract.ReferralTransferred() as message:
            _known(await known_referrals.transferred(connection, message.referral, message.city))
            return [_issued(_transfer(received, message))]
        case contract.ReferralAccepted() | contract.ReferralResumed() as message:
            return await _await_place(connection, received, message)
        case contract.ReferralWithdrawn() as message:
            await known_referrals.withdrawn(connection, message)
            return [_leave(received, message.referral, message.on, "withdrawn")]
        case contract.ReferralPutOnHold() as message:
            return [_leave(received, message.referral, message.on, "on_hold")]
        case contract.ReferralRetracted() as message:
            return await _retract(connection, received, message)
        case contract.ReferralStepRevoked() as message:
            return await _revoke(connection, received, message)
        case contract.ReferralDeclined() as message:
            if message.ground not in _DECLINED:
                raise Refused(DeadLetterReason.GROUND_UNKNOWN)
            return [_leave(received, message.referral, message.on, _DECLINED[message.ground])]
    return []


async def _await_place(
    connection: Connection, received: ReceivedMessage, message: contract.ReferralAccepted | contract.ReferralResumed
) -> Sequence[AnyIssued]:
    """Of those who resume, who was accepted before waits, and who had stopped comes back."""
    returning = isinstance(message, contract.ReferralResumed)
    change = known_referrals.resumed if returning else known_referrals.accepted
    known = _known(await change(connection, message.referral))
    if not known.accepted:
        return []
    command = AwaitPlace(
        at=received.envelope.time,
        by=BY,
        referral_id=message.referral,
        city=known.city,
        language=known.language,
        availability=known.availability,
        returning=returning,
        on=message.on,
    )
    return [Issued(PARTICIPATION, message.referral, command)]


def _leave(received: ReceivedMessage, referral: str, on: date, cause: Unlisted) -> AnyIssued:
    command = LeaveWaitingList(at=received.envelope.time, by=BY, referral_id=referral, cause=cause, on=on)
    return Issued(PARTICIPATION, referral, command)


async def _retract(
    connection: Connection, received: ReceivedMessage, message: contract.ReferralRetracted
) -> Sequence[AnyIssued]:
    """It never was a referral; or it is a duplicate of another, for which counts what was attended under it."""
    counted = await known_referrals.retracted(connection, message.referral, message.of)
    left = [_leave(received, message.referral, message.on, "retracted")] if message.of is None else []
    return [*left, *_count_elsewhere(received, counted, message.on)]


async def _revoke(
    connection: Connection, received: ReceivedMessage, message: contract.ReferralStepRevoked
) -> Sequence[AnyIssued]:
    """A step was told in error: who left by it is back where he was; who waits by it leaves."""
    referral, on = message.referral, message.on
    counted: Sequence[tuple[str, str | None]] = ()
    match message.step:
        case "acceptance":
            await known_referrals.not_accepted(connection, referral)
            return [_leave(received, referral, on, "not_accepted")]
        case "withdrawal":
            await known_referrals.resumed(connection, referral)
        case "retraction":
            counted = await known_referrals.not_retracted(connection, referral)
    if message.step not in _LEFT:
        return []
    back = RevokeLeaving(at=received.envelope.time, by=BY, referral_id=referral, causes=_LEFT[message.step], on=on)
    return [*_count_elsewhere(received, counted, on), _issued(back)]


def _transfer(received: ReceivedMessage, message: contract.ReferralTransferred) -> TransferParticipation:
    return TransferParticipation(
        at=received.envelope.time, by=BY, referral_id=message.referral, city=message.city, on=message.on
    )


def _count_elsewhere(received: ReceivedMessage, counted: Iterable[tuple[str, str | None]], on: date) -> list[AnyIssued]:
    at = received.envelope.time
    return [_issued(CountElsewhere(at=at, by=BY, referral_id=referral, of_id=of, on=on)) for referral, of in counted]


def _know_people(received: ReceivedMessage, people: Iterable[Sequence[Member]], on: date) -> list[AnyIssued]:
    """Each of the referrals of these people is told of the others."""
    return [
        _issued(
            KnowPerson(
                at=received.envelope.time,
                by=BY,
                referral_id=each.referral,
                person_id=each.person,
                since=each.since,
                kin=tuple(other.referral for other in members if other != each),
                on=on,
            )
        )
        for members in people
        for each in members
    ]


def _issued(command: ParticipationCommand) -> AnyIssued:
    return Issued(PARTICIPATION, command.referral_id, command)


def _known(found: T | None) -> T:
    if found is None:
        raise Refused(DeadLetterReason.REFERRAL_UNKNOWN)
    return found
