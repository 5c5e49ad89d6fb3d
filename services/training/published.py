"""Own fact to public message, or None: the only door out of the service."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_never

from services.training.events import network, steering, training
from shared.contracts import training as contract
from shared.domain.messages import Recorded
from shared.messaging.outgoing import OutgoingMessage
from shared.messaging.cloudevents import PublicMessage

Fact: TypeAlias = training.TrainingEvent | network.NetworkEventEvent | steering.MeetingEvent | steering.PartnerEvent


def to_integration_event(fact: Recorded[Any]) -> OutgoingMessage | None:
    """What others hear of a fact: activities openly, participations pseudonymous, of registrations nothing."""
    message = _message(fact.event)
    if message is None:
        return None
    topic = contract.PARTICIPATIONS if type(message) in contract.PARTICIPATIONS.messages else contract.ACTIVITIES
    return OutgoingMessage(topic, fact.stream, message)


def _message(event: Fact) -> PublicMessage | None:
    match event:
        case training.TrainingHeld():
            return _training_held(event)
        case training.ParticipationRecorded():
            return _participation(event)
        case training.EvaluationClosed():
            return _evaluated(event)
        case network.NetworkEventHeld():
            return contract.NetworkEventHeld(
                event=event.event_id,
                on=event.on,
                city=event.city,
                participants=sum(event.by_sector.values()),
                by_sector=dict(event.by_sector),
                organisations=event.organisations,
            )
        case steering.SteeringMeetingHeld():
            return contract.SteeringMeetingHeld(
                meeting=event.meeting_id, on=event.on, partners=event.partners, release=event.release
            )
        case steering.PartnerJoined():
            return contract.PartnerJoined(partner=event.partner_id, role=event.role, since=event.since)
        case steering.PartnerLeft():
            return contract.PartnerLeft(partner=event.partner_id, until=event.until)
        case (
            training.TrainingPlanned()
            | training.TrainingMoved()
            | training.CapacitySet()
            | training.RegistrationOpened()
            | training.RegistrationClosed()
            | training.TrainingCancelled()
            | training.ProfessionalRegistered()
            | training.ProfessionalPutOnWaitingList()
            | training.PlaceGiven()
            | training.RegistrationCancelled()
            | training.WalkInNamed()
            | training.CertificateIssued()
            | training.CertificateRevoked()
            | training.EvaluationOpened()
            | network.NetworkEventPlanned()
            | network.NetworkEventMoved()
            | network.NetworkEventCancelled()
            | network.GuestRegistered()
            | network.GuestCancelled()
            | steering.SteeringMeetingPlanned()
            | steering.DecisionTaken()
            | steering.DecisionCarriedOut()
        ):
            return None
        case _:
            assert_never(event)


def _training_held(event: training.TrainingHeld) -> contract.TrainingHeld:
    return contract.TrainingHeld(
        training=event.training_id,
        kind=event.kind,
        on=event.on,
        days=event.days,
        city=event.city,
        online=event.online,
        organiser=event.organiser,
        co_presenter=event.co_presenter,
        pitched=event.pitched,
        participants=sum(event.by_sector.values()),
        by_sector=dict(event.by_sector),
        organisations=event.organisations,
    )


def _participation(event: training.ParticipationRecorded) -> contract.ParticipationRecorded:
    return contract.ParticipationRecorded(
        training=event.training_id,
        participant=event.participant_id,
        kind=event.kind,
        on=event.on,
        city=event.city,
        organisation=event.organisation_id,
        sector=event.sector,
        present=event.present,
    )


def _evaluated(event: training.EvaluationClosed) -> contract.TrainingEvaluated:
    return contract.TrainingEvaluated(
        training=event.training_id,
        on=event.on,
        invited=event.invited,
        answers=event.answers,
        score=event.score,
        confidence_before=event.confidence_before,
        confidence_after=event.confidence_after,
    )
