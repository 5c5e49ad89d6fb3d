"""What each request about a referral carries; commands inherit these fields."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.referral.persons import AccessReason, KeptBecause, Person, RestrictedBecause
from services.referral.referrals.events import (
    Availabilities,
    Criterion,
    InformedBy,
    NotInformedReason,
    OverrideReason,
    Results,
    Step,
)
from shared.domain.bounds import Count, Day
from shared.domain.messages import Dated, Message
from shared.i18n.code_lists import Category, City, Id, ReasonCode, Sector
from shared.i18n.text import Language


class EntryBody(Message):
    """How a referral comes in; `referrer_id` is None when the person or the family comes of itself."""

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


class ReferralBody(EntryBody):
    """A referral of a person."""

    referral_id: Id
    person_id: Id


class CorrectedEntry(EntryBody, Dated):
    """How the referral came in, whole, as it should have been told."""


class HowItCameIn(Message):
    """How a referral came in, as it was corrected, and what who refers asks since the intake."""

    entry: EntryBody
    correction_asked: EntryBody | None
    retraction_asked: bool


class NewReferral(ReferralBody):
    """A referral with the person, who goes to the personal data, never into an event."""

    person: Person = Field(repr=False)


class Received(BaseModel):
    """The version, and where there are any the other referrals of the same person that the caller sees.

    `likely_same_person`: of somebody with the same name and telephone, e-mail or year of birth.
    """

    version: int
    open_referrals: list[str] | None = None
    likely_same_person: list[str] | None = None


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


class Transfer(Dated):
    """The city in which the road goes on."""

    city: City


class SamePerson(Dated):
    """The referral whose person it is too; None when it is of the person it came in with."""

    same_as: Id | None = None


class TakenBack(Dated):
    """The step that was recorded in error."""

    step: Step


class NameAccess(Message):
    """Why a name is read."""

    why: AccessReason


class Correction(Message):
    """What is to be known of a person, whole."""

    person: Person = Field(repr=False)


class Restrict(Message):
    """Why a name is kept and not used (article 18)."""

    why: RestrictedBecause


class KeepLonger(Message):
    """Until when a name is kept that was kept long enough, and why."""

    until: Day
    why: KeptBecause


class AskedFor(BaseModel):
    """The change that waits until a second decides on it."""

    change: str
