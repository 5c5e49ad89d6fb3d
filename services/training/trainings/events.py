"""What has happened to a training, its registrations, its certificates and its evaluation: never a name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.upcasting import StoredEvent
from services.training.values import (
    MOST_PRESENT,
    BySector,
    CancelReason,
    Count,
    Digest,
    Kind,
    Organisations,
    Places,
    Professional,
    TimeSlots,
    Title,
    Trainers,
)
from shared.domain.bounds import Day
from shared.i18n.code_lists import City, Id, Sector

Mean = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class OfTraining(StoredEvent):
    """Something that happened to one training, on that day."""

    training_id: Id
    on: Day


class TrainingMoved(OfTraining):
    """It will be given on other days or elsewhere."""

    city: City
    place: Title | None
    online: bool
    days: TimeSlots


class TrainingPlanned(OfTraining):
    """A training will be given."""

    kind: Kind
    title: Title
    city: City
    place: Title | None
    online: bool
    days: TimeSlots
    trainers: Trainers
    organiser: Id
    co_presenter: Id | None
    capacity: Places


class CapacitySet(OfTraining):
    """So many places there are from now on."""

    capacity: Places


class RegistrationOpened(OfTraining):
    """Professionals may register."""


class RegistrationClosed(OfTraining):
    """Nobody may register any more; who waits still moves up."""


class TrainingCancelled(OfTraining):
    """It will not be given."""

    reason: CancelReason


class ProfessionalRegistered(OfTraining):
    """Someone registered and has a place."""

    professional: Professional


class ProfessionalPutOnWaitingList(OfTraining):
    """Someone registered and waits for a place, behind those who waited already."""

    professional: Professional


class PlaceGiven(OfTraining):
    """The first who waited has a place now."""

    participant_id: Id


class RegistrationCancelled(OfTraining):
    """Someone will not come; a place is given back."""

    participant_id: Id


class WalkInNamed(OfTraining):
    """Someone came without a registration, and gave his name."""

    professional: Professional


class TrainingHeld(OfTraining):
    """It was given; said again when a correction changes it. `counted` are those present without a name."""

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


class ParticipationRecorded(OfTraining):
    """Whether someone was present; said again when a correction changes it."""

    participant_id: Id
    kind: Kind
    city: City
    organisation_id: Id | None
    sector: Sector
    present: bool


class CertificateIssued(OfTraining):
    """Someone who was present got a certificate; of its code, and of code and name, only the SHA-256 is known."""

    participant_id: Id
    digest: Digest
    named: Digest | None = None


class CertificateRevoked(OfTraining):
    """No certificate of this person for this training holds any more."""

    participant_id: Id


class EvaluationOpened(OfTraining):
    """These people were asked for their opinion; who answered is never known."""

    participants: Annotated[tuple[Id, ...], Field(max_length=MOST_PRESENT)]


class EvaluationClosed(OfTraining):
    """No more answers; the means are absent when too few answered."""

    invited: Count
    answers: Count
    score: Mean | None
    confidence_before: Mean | None
    confidence_after: Mean | None


TrainingEvent = (
    TrainingPlanned | TrainingMoved | CapacitySet | RegistrationOpened | RegistrationClosed | TrainingCancelled
    | ProfessionalRegistered | ProfessionalPutOnWaitingList | PlaceGiven | RegistrationCancelled | WalkInNamed
    | TrainingHeld | ParticipationRecorded | CertificateIssued | CertificateRevoked | EvaluationOpened
    | EvaluationClosed
)  # fmt: skip
