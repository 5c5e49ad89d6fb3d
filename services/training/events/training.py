"""What has happened to a training, its registrations, its certificates and its evaluation."""

from __future__ import annotations

from datetime import date

from services.training.events.values import BySector, CancelReason, Count, Day, Digest, Kind, Line, Places, Professional
from shared.messages import Event
from shared.terms import City, Id, Sector


class TrainingPlanned(Event):
    """A training will be given."""

    training_id: Id
    on: date
    kind: Kind
    title: Line
    city: City
    place: Line | None
    online: bool
    days: tuple[Day, ...]
    trainers: tuple[Id, ...]
    organiser: Id
    co_presenter: Id | None
    capacity: Places


class TrainingMoved(Event):
    """It will be given on other days or elsewhere."""

    training_id: Id
    on: date
    city: City
    place: Line | None
    online: bool
    days: tuple[Day, ...]


class CapacitySet(Event):
    """So many places there are from now on."""

    training_id: Id
    on: date
    capacity: Places


class RegistrationOpened(Event):
    """Professionals may register."""

    training_id: Id
    on: date


class RegistrationClosed(Event):
    """Nobody may register any more; who waits still moves up."""

    training_id: Id
    on: date


class TrainingCancelled(Event):
    """It will not be given."""

    training_id: Id
    on: date
    reason: CancelReason


class ProfessionalRegistered(Event):
    """Someone registered and has a place."""

    training_id: Id
    on: date
    professional: Professional


class ProfessionalPutOnWaitingList(Event):
    """Someone registered and waits for a place, behind those who waited already."""

    training_id: Id
    on: date
    professional: Professional


class PlaceGiven(Event):
    """The first who waited has a place now."""

    training_id: Id
    on: date
    participant_id: Id


class RegistrationCancelled(Event):
    """Someone will not come; a place is given back."""

    training_id: Id
    on: date
    participant_id: Id


class WalkInNamed(Event):
    """Someone came without a registration, and gave his name."""

    training_id: Id
    on: date
    professional: Professional


class TrainingHeld(Event):
    """It was given; said again when a correction changes it. `counted` are those present without a name."""

    training_id: Id
    on: date
    kind: Kind
    days: tuple[date, ...]
    city: City
    online: bool
    organiser: Id
    co_presenter: Id | None
    pitched: bool
    counted: BySector
    by_sector: BySector
    organisations: tuple[Id, ...]


class ParticipationRecorded(Event):
    """Whether someone was present; said again when a correction changes it."""

    training_id: Id
    on: date
    participant_id: Id
    kind: Kind
    city: City
    organisation_id: Id | None
    sector: Sector
    present: bool


class CertificateIssued(Event):
    """Someone who was present got a certificate; of its code, and of code and name, only the SHA-256 is known."""

    training_id: Id
    on: date
    participant_id: Id
    digest: Digest
    named: Digest | None = None


class CertificateRevoked(Event):
    """No certificate of this person for this training holds any more."""

    training_id: Id
    on: date
    participant_id: Id


class EvaluationOpened(Event):
    """These people were asked for their opinion; who answered is never known."""

    training_id: Id
    on: date
    participants: tuple[Id, ...]


class EvaluationClosed(Event):
    """No more answers; the means are absent when too few answered."""

    training_id: Id
    on: date
    invited: Count
    answers: Count
    score: float | None
    confidence_before: float | None
    confidence_after: float | None


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
