"""What has happened to a referral: only ids and codes, never a person's data; only ever grows."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.domain.bounds import Count
from shared.domain.messages import Event
from shared.domain.upcasting import StoredDay, each_once
from shared.i18n.code_lists import Availability, Category, City, Id, ReasonCode, Sector
from shared.i18n.text import Language

InformedBy = Literal["referrer", "intake_worker", "other_professional"]
NotInformedReason = Literal["not_reachable", "safety_of_others", "legal_ground"]

Criterion = Literal[
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
]  # fmt: skip
Step = Literal["intake", "acceptance", "decline", "hold", "withdrawal", "retraction"]
OverrideReason = Literal["support_arranged", "criterion_being_resolved", "team_decision"]
Result = tuple[Criterion, bool]
Results = Annotated[tuple[Result, ...], Field(max_length=50)]
Availabilities = Annotated[tuple[Availability, ...], Field(max_length=21)]
"""At most each part of each day of the week once."""

NOT_AN_ID = "not-an-id"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def _pseudonymous(value: object) -> object:
    """Events stored before a worker had an id may hold any text, also a name: it is never read again."""
    return NOT_AN_ID if isinstance(value, str) and not _ID.fullmatch(value) else value


Worker = Annotated[Id, BeforeValidator(_pseudonymous)]


class Entry(Event):
    """How a referral came in; who informed the person of it and when, or why that was not done."""

    referrer_id: Id | None
    organisation_id: Id | None
    sector: Sector
    referrer_city: City | None
    city_of_residence: City
    preferred_city: City
    received_on: StoredDay
    informed_on: StoredDay | None
    informed_by: InformedBy | None
    not_informed_reason: NotInformedReason | None
    availability: Annotated[Availabilities, BeforeValidator(each_once)]
    feedback_agreed: bool
    language: Language = "nl"


class ReferralReceived(Entry):
    """A person was referred."""

    referral_id: Id
    person_id: Id


class DatedEvent(Event):
    """What happened to a referral on a day."""

    referral_id: Id
    on: StoredDay


class ReferralCorrected(Entry, DatedEvent):
    """How it came in was told wrongly: this is the whole of it, as if it had been told so at once."""

    person_id: Id


class CorrectionAsked(Entry, DatedEvent):
    """Who refers asks for a correction after the intake: a facilitator decides."""


class RetractionAsked(DatedEvent):
    """Who refers asks after the intake that the referral is taken back: a facilitator decides."""


class ReferralTransferred(DatedEvent):
    """From that day the road goes on in another city; `left` is the one it was in."""

    city: City
    left: City


class ReferralAttributed(DatedEvent):
    """The referral is of that person; the last one told holds."""

    person_id: Id


class StepRevoked(DatedEvent):
    """The last step of that name was recorded in error: it is as if it had never been told."""

    step: Step


class IntakePlanned(DatedEvent):
    """An intake has a day; planning it again replaces the day."""

    planned_for: StoredDay


class IntakeHeld(DatedEvent):
    """The intake took place; `results` says of each criterion whether the person meets it."""

    checklist_version: Count
    results: Results
    by: Worker


class ReferralAccepted(DatedEvent):
    """The person may join; `override` says why although a criterion was not met."""

    override: OverrideReason | None


class ReferralDeclinedNotEligible(DatedEvent):
    """A criterion of the checklist was not met."""

    criterion: Criterion


class ReferralDeclinedNotSuitable(DatedEvent):
    """In the judgement of the intake worker the group does not suit this person."""

    reason: ReasonCode


class ReferralPutOnHold(DatedEvent):
    """The referral pauses until someone looks at it again on `review_on`; a place is given back."""

    review_on: StoredDay


class ReferralResumed(DatedEvent):
    """The referral goes on after a hold, a withdrawal or a stop, from the farthest step before the group."""


class ReferralWithdrawn(DatedEvent):
    """The person left before the first session."""

    category: Category
    code: ReasonCode


class DuplicateLinked(DatedEvent):
    """The same referral was already received under the id `of`."""

    of: Id


class ReferralRetracted(DatedEvent):
    """The referral was received in error."""


class ParticipantPlaced(DatedEvent):
    """The carousel gave the person a place."""


class ParticipationStarted(DatedEvent):
    """The person attended a first session; said again when a correction moves its day."""


class ParticipationCompleted(DatedEvent):
    """The carousel counted six distinct modules attended."""


class ParticipationStopped(DatedEvent):
    """The person left after the first session."""

    category: Category
    code: ReasonCode


class StopRevoked(DatedEvent):
    """The carousel took a stop back: the person never left."""


class ParticipationReturned(DatedEvent):
    """The person came back to the group after stopping."""


class StartRevoked(DatedEvent):
    """A correction in the carousel left no session attended."""


class CompletionRevoked(DatedEvent):
    """A correction in the carousel took a module away."""


ReferralEvent = (
    ReferralReceived | IntakePlanned | IntakeHeld | ReferralAccepted | ReferralDeclinedNotEligible
    | ReferralDeclinedNotSuitable | ReferralPutOnHold | ReferralResumed | ReferralWithdrawn | DuplicateLinked
    | ReferralRetracted | ParticipantPlaced | ParticipationStarted | ParticipationCompleted | ParticipationStopped
    | ParticipationReturned | StartRevoked | CompletionRevoked | StopRevoked | ReferralCorrected | CorrectionAsked
    | RetractionAsked | ReferralTransferred | ReferralAttributed | StepRevoked
)  # fmt: skip


def day_of(event: ReferralEvent) -> date:
    """The day on which it happened."""
    return event.received_on if isinstance(event, ReferralReceived) else event.on
