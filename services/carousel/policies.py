"""What an event leads to on other aggregates, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import ReleaseMakeUp, ReleasePlace, TakeMakeUp, TakePlace
from services.carousel.cycles.events import (
    AttendanceCorrected,
    CatchUpAdded,
    CycleClosed,
    MakeUpTaken,
    PlaceTaken,
    SessionCancelled,
    SessionHeld,
    SessionMoved,
)
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import (
    DeclareNonAssociation,
    DropPair,
    GiveBackPlace,
    LiftNonAssociation,
    NoteAttendance,
    OpenSafetyTask,
    ParticipationCommand,
    ReceiveMakeUp,
    ReceivePlace,
    ReschedulePlace,
)
from services.carousel.participations.events import (
    MakeUpDropped,
    MakeUpRequested,
    NonAssociationDeclared,
    NonAssociationLifted,
    PlaceGivenBack,
    PlaceRefused,
    PlaceRequested,
)
from services.carousel.values import Mark
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.messages import Command, Event


def on_participation_event(event: Event, because: Command, _: object) -> Iterator[AnyIssued]:
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
        case PlaceGivenBack() | PlaceRefused():
            free = ReleasePlace(
                at=at,
                by=by,
                cycle_id=event.cycle_id,
                referral_id=event.referral_id,
                refused=isinstance(event, PlaceRefused),
                on=event.on,
            )
            yield Issued(CYCLE, event.cycle_id, free)
        case MakeUpRequested() | MakeUpDropped():
            yield Issued(CYCLE, event.cycle_id, _make_up(event, at, by))
        case NonAssociationDeclared(referral_id=one, other_id=other, cycle_id=cycle):
            apart = DeclareNonAssociation(
                at=at, by=by, referral_id=other, other_id=one, other_cycle_id=cycle, on=event.on
            )
            yield Issued(PARTICIPATION, other, apart)
        case NonAssociationLifted(referral_id=one, other_id=other):
            for mine, theirs in ((one, other), *event.pairs):
                yield _dropped(mine, theirs, event, because)
                yield _dropped(theirs, mine, event, because)
            if isinstance(because, LiftNonAssociation):
                together = LiftNonAssociation(at=at, by=by, referral_id=other, other_id=one, on=event.on)
                yield Issued(PARTICIPATION, other, together)


def _dropped(one: str, other: str, event: NonAssociationLifted, because: Command) -> AnyIssued:
    """What was said of these two very referrals; whether the caller may lift it, the command of the two tells."""
    dropped = DropPair(at=because.at, by=because.by, referral_id=one, other_id=other, on=event.on)
    return Issued(PARTICIPATION, one, dropped)


def _make_up(event: MakeUpRequested | MakeUpDropped, at: datetime, by: str) -> TakeMakeUp | ReleaseMakeUp:
    about = {"cycle_id": event.cycle_id, "session_id": event.session_id, "referral_id": event.referral_id}
    if isinstance(event, MakeUpDropped):
        return ReleaseMakeUp(at=at, by=by, on=event.on, **about)
    return TakeMakeUp(at=at, by=by, on=event.on, attended=event.attended, kept_apart=event.kept_apart, **about)


def on_cycle_event(event: Event, because: Command, _: object) -> Iterator[AnyIssued]:
    """Seats found, other days, marks, and the end of the cycle, noted for each person."""
    return (Issued(PARTICIPATION, each.referral_id, each) for each in _for_people(event, because.at, because.by))


def _for_people(event: Event, at: datetime, by: str) -> Iterator[ParticipationCommand]:
    match event:
        case PlaceTaken():
            yield _received(event, at, by)
        case MakeUpTaken():
            yield ReceiveMakeUp(
                at=at,
                by=by,
                referral_id=event.referral_id,
                cycle_id=event.cycle_id,
                session_id=event.session_id,
                held_on=event.held_on,
                on=event.on,
            )
        case SessionMoved() | SessionCancelled() | CatchUpAdded():
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


def _noted(event: SessionHeld | AttendanceCorrected, person: str, mark: Mark, at: datetime, by: str) -> NoteAttendance:
    return NoteAttendance(
        at=at, by=by, referral_id=person, cycle_id=event.cycle_id, session=event.facts, mark=mark, on=event.on
    )


def _silent(event: CycleClosed | AttendanceCorrected, person: str, at: datetime, by: str) -> OpenSafetyTask:
    return OpenSafetyTask(at=at, by=by, referral_id=person, cycle_id=event.cycle_id, cause="silence", on=event.on)
