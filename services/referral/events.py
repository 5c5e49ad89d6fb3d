"""What has happened to organisations and referrals: only ids and codes, never a person's data; only ever grows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.messages import Event

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
City = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
OrganisationName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]

Sector = Literal[
    "police", "justice", "welfare", "ocmw_cpas", "education", "health", "mental_health", "addiction_care",
    "youth_care", "local_government", "primary_care_zone", "helpline_1712", "self", "family", "other",
]  # fmt: skip
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
PartOfDay = Literal["morning", "afternoon", "evening"]
InformedBy = Literal["referrer", "intake_worker", "other_professional"]
NotInformedReason = Literal["not_reachable", "safety_of_others", "legal_ground"]

Criterion = Literal[
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
]  # fmt: skip
Category = Literal["practical", "personal", "motivation", "exclusion", "elsewhere", "administrative"]
ReasonCode = Literal[
    "hours", "transport", "work", "childcare", "waiting_time", "no_group_running",
    "illness", "moved", "detention",
    "no_request_for_help", "motivation_faded", "unreachable",
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
    "other_help",
    "duplicate", "error",
]  # fmt: skip
OverrideReason = Literal["support_arranged", "criterion_being_resolved", "team_decision"]
Result = tuple[Criterion, bool]
Availability = tuple[Weekday, PartOfDay]


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
    """The person attended a first session, or the first after coming back."""

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
)
