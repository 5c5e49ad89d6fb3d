"""Own event to public message, or None: the only door out of the service."""

from __future__ import annotations

from typing import assert_never

from services.referral.organisations.events import (
    OrganisationCorrected,
    OrganisationEvent,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
    ReferrerRegistered,
)
from services.referral.referrals import events
from services.referral.referrals.events import ReferralCorrected, ReferralEvent, ReferralReceived
from shared.contracts import referral as contract
from shared.domain.messages import AnyRecorded
from shared.messaging.cloudevents import PublicMessage
from shared.messaging.outgoing import OutgoingMessage


def to_integration_event(recorded: AnyRecorded) -> OutgoingMessage | None:
    """What others learn of an event: of referrals pseudonymously, of organisations openly, of referrers nothing."""
    event: ReferralEvent | OrganisationEvent = recorded.event
    if isinstance(event, OrganisationEvent):
        topic, message = contract.ORGANISATIONS, _of_organisation(event)
    else:
        topic, message = contract.CASES, _of_referral(event)
    return OutgoingMessage(topic, recorded.stream, message) if message else None


def _of_organisation(event: OrganisationEvent) -> PublicMessage | None:
    match event:
        case OrganisationRegistered(organisation_id=organisation) | OrganisationCorrected(organisation_id=organisation):
            return contract.OrganisationRegistered(
                organisation=organisation, name=event.name, sector=event.sector, city=event.city, since=event.since
            )
        case OrganisationRenamed(organisation_id=organisation):
            return contract.OrganisationRenamed(organisation=organisation, name=event.name, since=event.since)
        case OrganisationMerged(organisation_id=organisation):
            return contract.OrganisationMerged(organisation=organisation, into=event.into, since=event.since)
        case OrganisationSplit(organisation_id=organisation):
            return contract.OrganisationSplit(organisation=organisation, into=event.into, since=event.since)
        case ReferrerRegistered():
            return None
        case _:
            assert_never(event)


def _of_referral(event: ReferralEvent) -> PublicMessage | None:
    match event:
        case ReferralReceived() | ReferralCorrected():
            return _received(event)
        case events.IntakeHeld(referral_id=referral, on=on):
            return contract.IntakeHeld(referral=referral, on=on)
        case events.ReferralAccepted(referral_id=referral, on=on):
            return contract.ReferralAccepted(referral=referral, on=on, overridden=event.override is not None)
        case events.ReferralDeclinedNotEligible(referral_id=referral, on=on, criterion=criterion):
            return contract.ReferralDeclined(referral=referral, on=on, ground="not_eligible", reason=criterion)
        case events.ReferralDeclinedNotSuitable(referral_id=referral, on=on, reason=reason):
            return contract.ReferralDeclined(referral=referral, on=on, ground="not_suitable", reason=reason)
        case events.ReferralPutOnHold(referral_id=referral, on=on):
            return contract.ReferralPutOnHold(referral=referral, on=on, review_on=event.review_on)
        case events.ReferralResumed(referral_id=referral, on=on):
            return contract.ReferralResumed(referral=referral, on=on)
        case events.ReferralWithdrawn(referral_id=referral, on=on):
            return contract.ReferralWithdrawn(referral=referral, on=on, category=event.category, code=event.code)
        case events.DuplicateLinked(referral_id=referral, on=on):
            return contract.ReferralRetracted(referral=referral, on=on, of=event.of)
        case events.ReferralRetracted(referral_id=referral, on=on):
            return contract.ReferralRetracted(referral=referral, on=on)
        case events.ReferralTransferred(referral_id=referral, on=on, city=city):
            return contract.ReferralTransferred(referral=referral, on=on, city=city)
        case events.ReferralAttributed(referral_id=referral, on=on, person_id=person):
            return contract.ReferralAttributed(referral=referral, on=on, person=person)
        case events.StepRevoked(referral_id=referral, on=on, step=step):
            return contract.ReferralStepRevoked(referral=referral, on=on, step=step)
        case events.CorrectionAsked() | events.RetractionAsked() | events.StopRevoked():
            return None
        case (
            events.IntakePlanned()
            | events.ParticipantPlaced()
            | events.ParticipationStarted()
            | events.ParticipationCompleted()
        ):
            return None
        case (
            events.ParticipationStopped()
            | events.ParticipationReturned()
            | events.StartRevoked()
            | events.CompletionRevoked()
        ):
            return None
        case _:
            assert_never(event)


def _received(event: ReferralReceived | ReferralCorrected) -> contract.ReferralReceived:
    """Said again after a correction: the last one said holds."""
    return contract.ReferralReceived(
        referral=event.referral_id,
        referrer=event.referrer_id,
        organisation=event.organisation_id,
        sector=event.sector,
        referrer_city=event.referrer_city,
        city_of_residence=event.city_of_residence,
        preferred_city=event.preferred_city,
        on=event.received_on,
        availability=event.availability,
        language=event.language,
        person=event.person_id,
    )
