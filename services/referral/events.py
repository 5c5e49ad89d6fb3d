"""What has happened to organisations and referrals: only ids and codes, never a person's data; only ever grows."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.messages import Event
from shared.terms import Availability, Category, City, Id, OrganisationName, ReasonCode, Sector
from shared.texts import Language

InformedBy = Literal["referrer", "intake_worker", "other_professional"]
NotInformedReason = Literal["not_reachable", "safety_of_others", "legal_ground"]

Criterion = Literal[
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
]  # fmt: skip
OverrideReason = Literal["support_arranged", "criterion_being_resolved", "team_decision"]
Result = tuple[Criterion, bool]


class OrganisationRegistered(Event):
    """An organisation is known, under this name since that day."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: date


class OrganisationRenamed(Event):
    """The same organisation bears another name since that day."""

    organisation_id: Id
    name: OrganisationName
    since: date


class ReferrerRegistered(Event):
    """A person who refers, known by id only, belongs to this organisation."""

    referrer_id: Id
    organisation_id: Id


class ReferralReceived(Event):
    """A person was referred; who informed him of it and when, or why that was not done."""

    referral_id: Id
    person_id: Id
    referrer_id: Id | None
    organisation_id: Id | None
    sector: Sector
    referrer_city: City | None
    city_of_residence: City
    preferred_city: City
    received_on: date
    informed_on: date | None
    informed_by: InformedBy | None
    not_informed_reason: NotInformedReason | None
    availability: tuple[Availability, ...]
    feedback_agreed: bool
    language: Language = "nl"


class IntakePlanned(Event):
    """An intake has a day; planning it again replaces the day."""

    referral_id: Id
    on: date
    planned_for: date


class IntakeHeld(Event):
    """The intake took place; `results` says of each criterion whether the person meets it."""

    referral_id: Id
    on: date
    checklist_version: int
    results: tuple[Result, ...]
    by: str


class ReferralAccepted(Event):
    """The person may join; `override` says why although a criterion was not met."""

    referral_id: Id
    on: date
    override: OverrideReason | None


class ReferralDeclinedNotEligible(Event):
    """A criterion of the checklist was not met."""

    referral_id: Id
    on: date
    criterion: Criterion


class ReferralDeclinedNotSuitable(Event):
    """In the judgement of the intake worker the group does not suit this person."""

    referral_id: Id
    on: date
    reason: ReasonCode


class ReferralPutOnHold(Event):
    """The road pauses until someone looks at it again on `review_on`; a place is given back."""

    referral_id: Id
    on: date
    review_on: date


class ReferralResumed(Event):
    """The road goes on after a hold, a withdrawal or a stop, from the farthest step before the group."""

    referral_id: Id
    on: date


class ReferralWithdrawn(Event):
    """The person left before the first session."""

    referral_id: Id
    on: date
    category: Category
    code: ReasonCode


class DuplicateLinked(Event):
    """The same referral was already received under the id `of`."""

    referral_id: Id
    on: date
    of: Id


class ReferralRetracted(Event):
    """The referral was received in error."""

    referral_id: Id
    on: date


class ParticipantPlaced(Event):
    """The carousel gave the person a place."""

    referral_id: Id
    on: date


class ParticipationStarted(Event):
    """The person attended a first session; said again when a correction moves its day."""

    referral_id: Id
    on: date


class ParticipationCompleted(Event):
    """The carousel counted six distinct modules attended."""

    referral_id: Id
    on: date


class ParticipationStopped(Event):
    """The person left after the first session."""

    referral_id: Id
    on: date
    category: Category
    code: ReasonCode


class ParticipationReturned(Event):
    """The person came back to the group after stopping."""

    referral_id: Id
    on: date


class StartRevoked(Event):
    """A correction in the carousel left no session attended."""

    referral_id: Id
    on: date


class CompletionRevoked(Event):
    """A correction in the carousel took a module away."""

    referral_id: Id
    on: date


RegisterEvent = OrganisationRegistered | OrganisationRenamed | ReferrerRegistered
ReferralEvent = (
    ReferralReceived
    | IntakePlanned
    | IntakeHeld
    | ReferralAccepted
    | ReferralDeclinedNotEligible
    | ReferralDeclinedNotSuitable
    | ReferralPutOnHold
    | ReferralResumed
    | ReferralWithdrawn
    | DuplicateLinked
    | ReferralRetracted
    | ParticipantPlaced
    | ParticipationStarted
    | ParticipationCompleted
    | ParticipationStopped
    | ParticipationReturned
    | StartRevoked
    | CompletionRevoked
)
