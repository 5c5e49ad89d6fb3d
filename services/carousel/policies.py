"""What an event leads to on other aggregates, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import ReleaseMakeUp, ReleasePlace, RestoreSeat, TakeMakeUp, TakePlace
from services.carousel.cycles.events import (
    AttendanceCorrected,
    CatchUpAdded,
    CycleClosed,
    CycleReopened,
    MakeUpTaken,
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
    DeclareNonAssociation,
    DropPair,
    GiveBackPlace,
    LapseSafetyTask,
    LiftNonAssociation,
    NoteAttendance,
    OpenSafetyTask,
    ParticipationCommand,
    ReceiveMakeUp,
    ReceivePlace,
    ReclaimPlace,
    ReschedulePlace,
    RestorePlace,
    RevokeAttendance,
)
from services.carousel.participations.events import (
    MakeUpDropped,
    MakeUpRequested,
    NonAssociationDeclared,
    NonAssociationLifted,
    PlaceGivenBack,
    PlaceReclaimed,
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
                have=event.have,
                kept_apart=event.kept_apart,
                on=event.on,
            )
            yield Issued(CYCLE, event.cycle_id, taken)
        case PlaceGivenBack() | PlaceRefused() | PlaceReclaimed():
            yield _free_or_go_on(event, at, by)
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
    return TakeMakeUp(
        at=at, by=by, on=event.on, attended=event.attended, have=event.have, kept_apart=event.kept_apart, **about
    )


def _free_or_go_on(event: PlaceGivenBack | PlaceRefused | PlaceReclaimed, at: datetime, by: str) -> AnyIssued:
    cycle, person, on = event.cycle_id, event.referral_id, event.on
    if isinstance(event, PlaceReclaimed):
        back = RestoreSeat(at=at, by=by, cycle_id=cycle, referral_id=person, kept_apart=event.kept_apart, on=on)
        return Issued(CYCLE, cycle, back)
    refused = isinstance(event, PlaceRefused)
    free = ReleasePlace(at=at, by=by, cycle_id=cycle, referral_id=person, refused=refused, on=on)
    return Issued(CYCLE, cycle, free)


def on_cycle_event(event: Event, because: Command, _: object) -> Iterator[AnyIssued]:
    """Seats found, other days, marks, and the end of the cycle, noted for each person."""
    at, by = because.at, because.by
    commands = (*_for_people(event, at, by), *_taken_back(event, at, by))
    return (Issued(PARTICIPATION, each.referral_id, each) for each in commands)


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
        needs=event.needs,
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
