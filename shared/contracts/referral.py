"""What the referral service publishes: restricted and pseudonymous `referral.cases`, open `referral.organisations`."""

from __future__ import annotations

from datetime import date

from shared.contracts.envelope import PublicMessage, Topic


class ReferralReceived(PublicMessage):
    """A referral came in. `referrer` and `organisation` are absent when the person referred himself.

    `availability` holds pairs of a weekday and a part of the day; `language` is the one he follows a group in.
    """

    referral: str
    referrer: str | None
    organisation: str | None
    sector: str
    referrer_city: str | None
    city_of_residence: str
    preferred_city: str
    on: date
    availability: tuple[tuple[str, str], ...] = ()
    language: str = "nl"


class IntakeHeld(PublicMessage):
    """The intake took place."""

    referral: str
    on: date


class ReferralAccepted(PublicMessage):
    """Accepted: the person waits for a place."""

    referral: str
    on: date
    overridden: bool


class ReferralDeclined(PublicMessage):
    """Declined: `not_eligible` by a criterion, or `not_suitable` for a reason; `reason` is that code."""

    referral: str
    on: date
    ground: str
    reason: str


class ReferralPutOnHold(PublicMessage):
    """On hold until the review date."""

    referral: str
    on: date
    review_on: date


class ReferralResumed(PublicMessage):
    """The same road is open again."""

    referral: str
    on: date


class ReferralWithdrawn(PublicMessage):
    """Withdrawn before the first session, by a two-level reason."""

    referral: str
    on: date
    category: str
    code: str


class ReferralRetracted(PublicMessage):
    """Received in error, or a duplicate `of` another: no figure counts it."""

    referral: str
    on: date
    of: str | None = None


class OrganisationRegistered(PublicMessage):
    """An organisation is known, under this name since that day."""

    organisation: str
    name: str
    sector: str
    city: str
    since: date


class OrganisationRenamed(PublicMessage):
    """The same organisation bears another name since that day."""

    organisation: str
    name: str
    since: date


CASES = Topic(
    name="referral.cases",
    source="/carrousel/referral",
    messages=(
        ReferralReceived,
        IntakeHeld,
        ReferralAccepted,
        ReferralDeclined,
        ReferralPutOnHold,
        ReferralResumed,
        ReferralWithdrawn,
        ReferralRetracted,
    ),
)

ORGANISATIONS = Topic(
    name="referral.organisations",
    source="/carrousel/referral",
    messages=(OrganisationRegistered, OrganisationRenamed),
    restricted=False,
)
