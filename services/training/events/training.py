"""What has happened to a training, its registrations, its certificates and its evaluation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.events.stored import StoredEvent
from services.training.events.values import (
    MOST_PRESENT,
    BySector,
    CancelReason,
    Count,
    Digest,
    Kind,
    Line,
    Organisations,
    Places,
    Professional,
    TimeSlots,
    Trainers,
)
from shared.domain.bounds import Day
from shared.i18n.code_lists import City, Id, Sector

Mean = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class TrainingPlanned(StoredEvent):
    """A training will be given."""

    training_id: Id
    on: Day
    kind: Kind
    title: Line
    city: City
    place: Line | None
    online: bool
    days: TimeSlots
    trainers: Trainers
    organiser: Id
    co_presenter: Id | None
    capacity: Places


class TrainingMoved(StoredEvent):
    """It will be given on other days or elsewhere."""

    training_id: Id
    on: Day
    city: City
    place: Line | None
    online: bool
    days: TimeSlots


class CapacitySet(StoredEvent):
    """So many places there are from now on."""

    training_id: Id
    on: Day
    capacity: Places


class RegistrationOpened(StoredEvent):
    """Professionals may register."""

    training_id: Id
    on: Day


class RegistrationClosed(StoredEvent):
    """Nobody may register any more; who waits still moves up."""

    training_id: Id
    on: Day


class TrainingCancelled(StoredEvent):
    """It will not be given."""

    training_id: Id
    on: Day
    reason: CancelReason


class ProfessionalRegistered(StoredEvent):
    """Someone registered and has a place."""

    training_id: Id
    on: Day
    professional: Professional


class ProfessionalPutOnWaitingList(StoredEvent):
    """Someone registered and waits for a place, behind those who waited already."""

    training_id: Id
    on: Day
    professional: Professional


class PlaceGiven(StoredEvent):
    """The first who waited has a place now."""

    training_id: Id
    on: Day
    participant_id: Id


class RegistrationCancelled(StoredEvent):
    """Someone will not come; a place is given back."""

    training_id: Id
    on: Day
    participant_id: Id


class WalkInNamed(StoredEvent):
    """Someone came without a registration, and gave his name."""

    training_id: Id
    on: Day
    professional: Professional


class TrainingHeld(StoredEvent):
    """It was given; said again when a correction changes it. `counted` are those present without a name."""

    training_id: Id
    on: Day
    kind: Kind
    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=20)]
    city: City
    online: bool
    organiser: Id
    co_presenter: Id | None
    pitched: bool
    counted: BySector
    by_sector: BySector
    organisations: Organisations


class ParticipationRecorded(StoredEvent):
    """Whether someone was present; said again when a correction changes it."""

    training_id: Id
    on: Day
    participant_id: Id
    kind: Kind
    city: City
    organisation_id: Id | None
    sector: Sector
    present: bool


class CertificateIssued(StoredEvent):
    """Someone who was present got a certificate; of its code, and of code and name, only the SHA-256 is known."""

    training_id: Id
    on: Day
    participant_id: Id
    digest: Digest
    named: Digest | None = None


class CertificateRevoked(StoredEvent):
    """No certificate of this person for this training holds any more."""

    training_id: Id
    on: Day
    participant_id: Id


class EvaluationOpened(StoredEvent):
    """These people were asked for their opinion; who answered is never known."""

    training_id: Id
    on: Day
    participants: Annotated[tuple[Id, ...], Field(max_length=MOST_PRESENT)]


class EvaluationClosed(StoredEvent):
    """No more answers; the means are absent when too few answered."""

    training_id: Id
    on: Day
    invited: Count
    answers: Count
    score: Mean | None
    confidence_before: Mean | None
    confidence_after: Mean | None


TrainingEvent = (
    TrainingPlanned
    | TrainingMoved
    | CapacitySet
    | RegistrationOpened
    | RegistrationClosed
    | TrainingCancelled
    | ProfessionalRegistered
    | ProfessionalPutOnWaitingList
    | PlaceGiven
    | RegistrationCancelled
    | WalkInNamed
    | TrainingHeld
    | ParticipationRecorded
    | CertificateIssued
    | CertificateRevoked
    | EvaluationOpened
    | EvaluationClosed
)
