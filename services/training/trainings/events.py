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
    DaysRequired,
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
    days_required: DaysRequired = None


class TrainingDescribed(OfTraining):
    """What is or was given and by whom, said again."""

    kind: Kind
    title: Title
    trainers: Trainers
    co_presenter: Id | None


class DaysRequiredSet(OfTraining):
    """On so many days one has to be there for a certificate."""

    days_required: DaysRequired


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


class TrainingReinstated(OfTraining):
    """It will be given after all: that it was cancelled is taken back."""


class TrainingRevoked(OfTraining):
    """It was not given after all: what was recorded of it, and what followed from that, is taken back."""


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


class ProfessionalCorrected(OfTraining):
    """What somebody is in his work, said again as it should have been."""

    professional: Professional


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
    """Whether someone was present; said again when a correction changes it.

    `days`: on which days; None for every day, and of what was recorded before days were told apart.
    """

    participant_id: Id
    kind: Kind
    city: City
    organisation_id: Id | None
    sector: Sector
    present: bool
    days: Annotated[tuple[Day, ...], Field(max_length=20)] | None = None


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


class EvaluationReopened(OfTraining):
    """Answers are taken again: that it was closed is taken back."""


class EvaluationClosed(OfTraining):
    """No more answers; the means are absent when too few answered."""

    invited: Count
    answers: Count
    score: Mean | None
    confidence_before: Mean | None
    confidence_after: Mean | None


TrainingEvent = (
    TrainingPlanned | TrainingMoved | TrainingDescribed | DaysRequiredSet | CapacitySet | RegistrationOpened
    | RegistrationClosed | TrainingCancelled | TrainingReinstated | TrainingRevoked
    | ProfessionalRegistered | ProfessionalPutOnWaitingList | PlaceGiven | RegistrationCancelled | ProfessionalCorrected
    | WalkInNamed
    | TrainingHeld | ParticipationRecorded | CertificateIssued | CertificateRevoked | EvaluationOpened
    | EvaluationReopened | EvaluationClosed
)  # fmt: skip
