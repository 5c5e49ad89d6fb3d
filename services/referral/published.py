"""Own fact to public message, or None: the only door out of the service."""

from __future__ import annotations

from typing import Any, assert_never

from services.referral import events
from shared.contracts import referral as contract
from shared.domain.messages import Recorded
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.cloudevents import PublicMessage


def to_integration_event(fact: Recorded[Any]) -> OutgoingMessage | None:
    """What the others hear of a fact: cases pseudonymous, organisations openly, of referrers nothing."""
    message = _message(fact.event)
    if message is None:
        return None
    topic = contract.ORGANISATIONS if type(message) in contract.ORGANISATIONS.messages else contract.CASES
    return OutgoingMessage(topic, fact.stream, message)


def _message(event: events.ReferralEvent | events.RegisterEvent) -> PublicMessage | None:
    match event:
        case events.ReferralReceived():
            return _received(event)
        case events.IntakeHeld():
            return contract.IntakeHeld(referral=event.referral_id, on=event.on)
        case events.ReferralAccepted():
            return contract.ReferralAccepted(
                referral=event.referral_id, on=event.on, overridden=event.override is not None
            )
        case events.ReferralDeclinedNotEligible():
            return _declined(event, "not_eligible", event.criterion)
        case events.ReferralDeclinedNotSuitable():
            return _declined(event, "not_suitable", event.reason)
        case events.ReferralPutOnHold():
            return contract.ReferralPutOnHold(referral=event.referral_id, on=event.on, review_on=event.review_on)
        case events.ReferralResumed():
            return contract.ReferralResumed(referral=event.referral_id, on=event.on)
        case events.ReferralWithdrawn():
            return contract.ReferralWithdrawn(
                referral=event.referral_id, on=event.on, category=event.category, code=event.code
            )
        case events.DuplicateLinked():
            return contract.ReferralRetracted(referral=event.referral_id, on=event.on, of=event.of)
        case events.ReferralRetracted():
            return contract.ReferralRetracted(referral=event.referral_id, on=event.on)
        case events.OrganisationRegistered():
            return contract.OrganisationRegistered(
                organisation=event.organisation_id,
                name=event.name,
                sector=event.sector,
                city=event.city,
                since=event.since,
            )
        case events.OrganisationRenamed():
            return contract.OrganisationRenamed(organisation=event.organisation_id, name=event.name, since=event.since)
        case (
            events.IntakePlanned()
            | events.ReferrerRegistered()
            | events.ParticipantPlaced()
            | events.ParticipationStarted()
            | events.ParticipationCompleted()
            | events.ParticipationStopped()
            | events.ParticipationReturned()
            | events.StartRevoked()
            | events.CompletionRevoked()
        ):
            return None
        case _:
            assert_never(event)


def _received(event: events.ReferralReceived) -> contract.ReferralReceived:
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
    )


def _declined(
    event: events.ReferralDeclinedNotEligible | events.ReferralDeclinedNotSuitable, ground: str, reason: str
) -> contract.ReferralDeclined:
    return contract.ReferralDeclined(referral=event.referral_id, on=event.on, ground=ground, reason=reason)
