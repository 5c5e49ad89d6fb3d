"""What has happened to organisations and referrals: only ids and codes, never a person's data; only ever grows."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shared.domain.bounds import Count
from shared.domain.bounds import Day as BoundedDay
from shared.domain.messages import Event
from shared.domain.upcasting import each_once, within_bounds
from shared.i18n.code_lists import Availability, Category, City, Id, OrganisationName, ReasonCode, Sector
from shared.i18n.text import Language

InformedBy = Literal["referrer", "intake_worker", "other_professional"]
NotInformedReason = Literal["not_reachable", "safety_of_others", "legal_ground"]

Criterion = Literal[
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
]  # fmt: skip
OverrideReason = Literal["support_arranged", "criterion_being_resolved", "team_decision"]
Result = tuple[Criterion, bool]
Results = Annotated[tuple[Result, ...], Field(max_length=50)]
Availabilities = Annotated[tuple[Availability, ...], Field(max_length=21)]
"""At most each part of each day of the week once."""

NOT_AN_ID = "not-an-id"


def _pseudonymous(value: Any) -> Any:  # noqa: ANN401 - whatever is kept
    """Facts kept before a worker had an id may hold any text, also a name: it is never read again."""
    return NOT_AN_ID if isinstance(value, str) and not _ID.fullmatch(value) else value


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
Day = Annotated[BoundedDay, BeforeValidator(within_bounds)]
Worker = Annotated[Id, BeforeValidator(_pseudonymous)]


class OrganisationRegistered(Event):
    """An organisation is known, under this name since that day."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: Day


class OrganisationRenamed(Event):
    """The same organisation bears another name since that day."""

    organisation_id: Id
    name: OrganisationName
    since: Day


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
    received_on: Day
    informed_on: Day | None
    informed_by: InformedBy | None
    not_informed_reason: NotInformedReason | None
    availability: Annotated[Availabilities, BeforeValidator(each_once)]
    feedback_agreed: bool
    language: Language = "nl"


class IntakePlanned(Event):
    """An intake has a day; planning it again replaces the day."""

    referral_id: Id
    on: Day
    planned_for: Day


class IntakeHeld(Event):
    """The intake took place; `results` says of each criterion whether the person meets it."""

    referral_id: Id
    on: Day
    checklist_version: Count
    results: Results
    by: Worker


class ReferralAccepted(Event):
    """The person may join; `override` says why although a criterion was not met."""

    referral_id: Id
    on: Day
    override: OverrideReason | None


class ReferralDeclinedNotEligible(Event):
    """A criterion of the checklist was not met."""

    referral_id: Id
    on: Day
    criterion: Criterion


class ReferralDeclinedNotSuitable(Event):
    """In the judgement of the intake worker the group does not suit this person."""

    referral_id: Id
    on: Day
    reason: ReasonCode


class ReferralPutOnHold(Event):
    """The road pauses until someone looks at it again on `review_on`; a place is given back."""

    referral_id: Id
    on: Day
    review_on: Day


class ReferralResumed(Event):
    """The road goes on after a hold, a withdrawal or a stop, from the farthest step before the group."""

    referral_id: Id
    on: Day


class ReferralWithdrawn(Event):
    """The person left before the first session."""

    referral_id: Id
    on: Day
    category: Category
    code: ReasonCode


class DuplicateLinked(Event):
    """The same referral was already received under the id `of`."""

    referral_id: Id
    on: Day
    of: Id


class ReferralRetracted(Event):
    """The referral was received in error."""

    referral_id: Id
    on: Day


class ParticipantPlaced(Event):
    """The carousel gave the person a place."""

    referral_id: Id
    on: Day


class ParticipationStarted(Event):
    """The person attended a first session; said again when a correction moves its day."""

    referral_id: Id
    on: Day


class ParticipationCompleted(Event):
    """The carousel counted six distinct modules attended."""

    referral_id: Id
    on: Day


class ParticipationStopped(Event):
    """The person left after the first session."""

    referral_id: Id
    on: Day
    category: Category
    code: ReasonCode


class ParticipationReturned(Event):
    """The person came back to the group after stopping."""

    referral_id: Id
    on: Day


class StartRevoked(Event):
    """A correction in the carousel left no session attended."""

    referral_id: Id
    on: Day


class CompletionRevoked(Event):
    """A correction in the carousel took a module away."""

    referral_id: Id
    on: Day


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
