"""What an event leads to on other aggregates, and what a message of the referral service leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from services.carousel import known_referrals
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import ReleasePlace, RestoreSeat, TakePlace
from services.carousel.cycles.events import (
    AttendanceCorrected,
    CatchUpAdded,
    CycleClosed,
    CycleReopened,
    PlaceTaken,
    SeatRestored,
    SessionCancelled,
    SessionDayCorrected,
    SessionHeld,
    SessionMoved,
    SessionReinstated,
    SessionReopened,
)
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import (
    AwaitPlace,
    DeclareNonAssociation,
    GiveBackPlace,
    LapseSafetyTask,
    LeaveWaitingList,
    LiftNonAssociation,
    NoteAttendance,
    OpenSafetyTask,
    ParticipationCommand,
    ReceivePlace,
    ReclaimPlace,
    ReschedulePlace,
    RestorePlace,
    RevokeAttendance,
)
from services.carousel.participations.events import (
    NonAssociationDeclared,
    NonAssociationLifted,
    PlaceGivenBack,
    PlaceReclaimed,
    PlaceRefused,
    PlaceRequested,
    Unlisted,
)
from services.carousel.refusals import DeadLetterReason
from services.carousel.values import Mark
from shared.contracts import referral as contract
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.messages import Command, Event, Refused
from shared.eventstore.event_store import Connection
from shared.messaging.inbox import ReceivedMessage

BY = "referral"
_DECLINED: dict[str, Unlisted] = {"not_eligible": "not_eligible", "not_suitable": "not_suitable"}


def on_participation_event(event: Event, because: Command) -> Iterator[AnyIssued]:
    """A place asked of a cycle or given back to it; two people kept apart, said of the other too."""
    at, by = because.at, because.by
    match event:
        case PlaceRequested():
            taken = TakePlace(
                at=at,
                by=by,
                cycle_id=event.cycle_id,
                referral_id=event.referral_id,
                from_on=event.from_on,
                firm=event.firm,
                attended=event.attended,
                kept_apart=event.kept_apart,
                on=event.on,
            )
            yield Issued(CYCLE, event.cycle_id, taken)
        case PlaceGivenBack() | PlaceRefused() | PlaceReclaimed():
            yield _free_or_go_on(event, at, by)
        case NonAssociationDeclared(referral_id=one, other_id=other, cycle_id=cycle):
            apart = DeclareNonAssociation(
                at=at, by=by, referral_id=other, other_id=one, other_cycle_id=cycle, on=event.on
            )
            yield Issued(PARTICIPATION, other, apart)
        case NonAssociationLifted(referral_id=one, other_id=other):
            together = LiftNonAssociation(at=at, by=by, referral_id=other, other_id=one, on=event.on)
            yield Issued(PARTICIPATION, other, together)


def _free_or_go_on(event: PlaceGivenBack | PlaceRefused | PlaceReclaimed, at: datetime, by: str) -> AnyIssued:
    cycle, person, on = event.cycle_id, event.referral_id, event.on
    if isinstance(event, PlaceReclaimed):
        back = RestoreSeat(at=at, by=by, cycle_id=cycle, referral_id=person, kept_apart=event.kept_apart, on=on)
        return Issued(CYCLE, cycle, back)
    refused = isinstance(event, PlaceRefused)
    free = ReleasePlace(at=at, by=by, cycle_id=cycle, referral_id=person, refused=refused, on=on)
    return Issued(CYCLE, cycle, free)


def on_cycle_event(event: Event, because: Command) -> Iterator[AnyIssued]:
    """Seats found, other days, marks, and the end of the cycle, noted for each person."""
    at, by = because.at, because.by
    commands = (*_for_people(event, at, by), *_taken_back(event, at, by))
    return (Issued(PARTICIPATION, each.referral_id, each) for each in commands)


def _for_people(event: Event, at: datetime, by: str) -> Iterator[ParticipationCommand]:
    match event:
        case PlaceTaken():
            yield _received(event, at, by)
        case SessionMoved() | SessionCancelled() | CatchUpAdded() | SessionReinstated() | SessionDayCorrected():
            for place in event.rescheduled:
                yield ReschedulePlace(
                    at=at,
                    by=by,
                    referral_id=place.referral_id,
                    cycle_id=event.cycle_id,
                    first_on=place.first_on,
                    last_on=place.last_on,
                    on=event.on,
                )
        case SessionHeld():
            for person, mark in sorted(event.attendance):
                yield _noted(event, person, mark, at, by)
        case AttendanceCorrected():
            yield _noted(event, event.referral_id, event.mark, at, by)
            if event.silent:
                yield _silent(event, event.referral_id, at, by)
        case CycleClosed():
            for person in event.participants:
                yield GiveBackPlace(at=at, by=by, referral_id=person, cycle_id=event.cycle_id, on=event.on)
            for person in event.silent:
                yield _silent(event, person, at, by)


def _taken_back(event: Event, at: datetime, by: str) -> Iterator[ParticipationCommand]:
    """What follows for each person when a session or the end of a cycle is taken back, or a day corrected."""
    match event:
        case SessionReopened():
            for person in event.people:
                yield RevokeAttendance(at=at, by=by, referral_id=person, session_id=event.session_id, on=event.on)
        case SessionDayCorrected():
            for person, mark in event.attendance:
                yield _noted(event, person, mark, at, by)
        case CycleReopened():
            for person in event.silent:
                yield LapseSafetyTask(
                    at=at, by=by, referral_id=person, cycle_id=event.cycle_id, cause="silence", on=event.on
                )
            for person in event.participants:
                yield ReclaimPlace(at=at, by=by, referral_id=person, cycle_id=event.cycle_id, on=event.on)
        case SeatRestored():
            yield RestorePlace(
                at=at,
                by=by,
                referral_id=event.referral_id,
                cycle_id=event.cycle_id,
                first_on=event.first_on,
                last_on=event.last_on,
                on=event.on,
            )


def _received(event: PlaceTaken, at: datetime, by: str) -> ReceivePlace:
    return ReceivePlace(
        at=at,
        by=by,
        referral_id=event.referral_id,
        cycle_id=event.cycle_id,
        organisation_id=event.organisation_id,
        city=event.city,
        modules=event.modules,
        first_on=event.first_on,
        last_on=event.last_on,
        firm=event.firm,
        on=event.on,
    )


def _noted(
    event: SessionHeld | AttendanceCorrected | SessionDayCorrected, person: str, mark: Mark, at: datetime, by: str
) -> NoteAttendance:
    return NoteAttendance(
        at=at, by=by, referral_id=person, cycle_id=event.cycle_id, session=event.facts, mark=mark, on=event.on
    )


def _silent(event: CycleClosed | AttendanceCorrected, person: str, at: datetime, by: str) -> OpenSafetyTask:
    return OpenSafetyTask(at=at, by=by, referral_id=person, cycle_id=event.cycle_id, cause="silence", on=event.on)


async def on_referral_message(connection: Connection, received: ReceivedMessage) -> Sequence[AnyIssued]:
    """Who is accepted waits for a place; who takes another road before the start waits no longer.

    Raises Refused or ValidationError for a message of which the carousel can make nothing.
    """
    match received.message:
        case contract.ReferralReceived() as message:
            await known_referrals.keep(connection, message)
        case contract.ReferralAccepted() | contract.ReferralResumed() as message:
            return await _await_place(connection, received, message)
        case contract.ReferralWithdrawn() as message:
            await known_referrals.withdrawn(connection, message)
            return [_leave(received, message.referral, message.on, "withdrawn")]
        case contract.ReferralPutOnHold() as message:
            return [_leave(received, message.referral, message.on, "on_hold")]
        case contract.ReferralRetracted() as message:
            await known_referrals.retracted(connection, message.referral)
            return [_leave(received, message.referral, message.on, "retracted")]
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
    known = await (known_referrals.resumed if returning else known_referrals.accepted)(connection, message.referral)
    if known is None:
        raise Refused(DeadLetterReason.REFERRAL_UNKNOWN)
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
