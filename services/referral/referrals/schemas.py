"""What each request about a referral carries; commands inherit these fields."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.referral.persons import AccessReason, Person
from services.referral.referrals.events import (
    Availabilities,
    Criterion,
    InformedBy,
    NotInformedReason,
    OverrideReason,
    Results,
)
from shared.domain.bounds import Count, Day
from shared.domain.messages import Dated, Message
from shared.i18n.code_lists import Category, City, Id, ReasonCode, Sector
from shared.i18n.text import Language


class ReferralBody(Message):
    """A referral; `referrer_id` is None when the person or the family comes of itself."""

    referral_id: Id
    person_id: Id
    referrer_id: Id | None = None
    organisation_id: Id | None = None
    sector: Sector
    referrer_city: City | None = None
    city_of_residence: City
    preferred_city: City
    received_on: Day
    informed_on: Day | None = None
    informed_by: InformedBy | None = None
    not_informed_reason: NotInformedReason | None = None
    availability: Availabilities = ()
    feedback_agreed: bool = False
    language: Language = "nl"


class NewReferral(ReferralBody):
    """A referral with the person, who goes to the personal data, never into an event."""

    person: Person = Field(repr=False)


class IntakeAppointment(Dated):
    """The day for which the intake is planned."""

    planned_for: Day


class Intake(Dated):
    """The intake `held_by` a worker (a pseudonymous id), with a result for every criterion of the checklist."""

    checklist_version: Count
    results: Results
    held_by: Id


class Acceptance(Dated):
    """The decision to accept; `override` says why although a criterion was not met."""

    override: OverrideReason | None = None


class NotEligible(Dated):
    """The criterion that was not met."""

    criterion: Criterion


class NotSuitable(Dated):
    """The reason of the judgement."""

    reason: ReasonCode


class Hold(Dated):
    """The day on which somebody looks at the referral again."""

    review_on: Day


class Departure(Dated):
    """Why the person leaves, in two levels."""

    category: Category
    code: ReasonCode


class Duplicate(Dated):
    """The id `of` the referral that was there already."""

    of: Id


class NameAccess(Message):
    """Why a name is read."""

    why: AccessReason


class Correction(Message):
    """What is to be known of a person, whole."""

    person: Person = Field(repr=False)


class AskedFor(BaseModel):
    """The change that waits until a second decides on it."""

    change: str
