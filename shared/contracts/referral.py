"""What the referral service publishes: restricted and pseudonymous `referral.cases`, open `referral.organisations`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.fields import (
    Availability,
    CategoryCode,
    Day,
    LanguageCode,
    Organisations,
    Reason,
    SectorCode,
    Since,
)
from shared.domain.bounds import Code
from shared.i18n.code_lists import City, Id, OrganisationName
from shared.messaging.cloudevents import PublicMessage, Topic

Ground = Annotated[Code, Field(examples=["not_eligible", "not_suitable"])]
Step = Annotated[Code, Field(examples=["intake", "acceptance", "decline", "hold", "withdrawal", "retraction"])]


class ReferralReceived(PublicMessage):
    """A referral came in. `referrer` and `organisation` are absent when the person referred himself.

    `availability` holds pairs of a weekday and a part of the day; `language` is the one he follows a group in.
    `person` is the person by a pseudonymous id; absent when it was said before that was told.
    """

    referral: Id
    referrer: Id | None
    organisation: Id | None
    sector: SectorCode
    referrer_city: City | None
    city_of_residence: City
    preferred_city: City
    on: Day
    availability: Availability = ()
    language: LanguageCode = "nl"
    person: Id | None = None


class ReferralAttributed(PublicMessage):
    """The referral is of that person; said when two ids turn out to be one person, or not. The last one said holds."""

    referral: Id
    on: Day
    person: Id


class ReferralTransferred(PublicMessage):
    """The road goes on in another city: from that day it is the preferred one."""

    referral: Id
    on: Day
    city: City


class IntakeHeld(PublicMessage):
    """The intake took place."""

    referral: Id
    on: Day


class ReferralAccepted(PublicMessage):
    """Accepted: the person waits for a place."""

    referral: Id
    on: Day
    overridden: bool


class ReferralDeclined(PublicMessage):
    """Declined: `not_eligible` by a criterion, or `not_suitable` for a reason; `reason` is that code."""

    referral: Id
    on: Day
    ground: Ground
    reason: Reason


class ReferralPutOnHold(PublicMessage):
    """On hold until the review date."""

    referral: Id
    on: Day
    review_on: Day


class ReferralResumed(PublicMessage):
    """The same road is open again."""

    referral: Id
    on: Day


class ReferralWithdrawn(PublicMessage):
    """Withdrawn before the first session, by a two-level reason."""

    referral: Id
    on: Day
    category: CategoryCode
    code: Reason


class ReferralRetracted(PublicMessage):
    """Received in error, or a duplicate `of` another: no figure counts it."""

    referral: Id
    on: Day
    of: Id | None = None


class ReferralStepRevoked(PublicMessage):
    """What was recorded in error is taken back, as if that step had never been told.

    A retraction that is taken back makes a figure count the referral again, also when it was called a duplicate.
    """

    referral: Id
    on: Day
    step: Step


class OrganisationRegistered(PublicMessage):
    """An organisation is known, under this name since that day."""

    organisation: Id
    name: OrganisationName
    sector: SectorCode
    city: City
    since: Since


class OrganisationRenamed(PublicMessage):
    """The same organisation bears another name since that day."""

    organisation: Id
    name: OrganisationName
    since: Since


class OrganisationMerged(PublicMessage):
    """From that day on the organisation is part of another, whose id stands for both."""

    organisation: Id
    into: Id
    since: Since


class OrganisationSplit(PublicMessage):
    """From that day on there are these organisations in its place."""

    organisation: Id
    into: Organisations
    since: Since


CASES = Topic(
    name="referral.cases",
    source="/carrousel/referral",
    messages=(
        ReferralReceived,
        ReferralAttributed,
        ReferralTransferred,
        IntakeHeld,
        ReferralAccepted,
        ReferralDeclined,
        ReferralPutOnHold,
        ReferralResumed,
        ReferralWithdrawn,
        ReferralRetracted,
        ReferralStepRevoked,
    ),
)

ORGANISATIONS = Topic(
    name="referral.organisations",
    source="/carrousel/referral",
    messages=(OrganisationRegistered, OrganisationRenamed, OrganisationMerged, OrganisationSplit),
    restricted=False,
)
