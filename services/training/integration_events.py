"""Own event to public message, or None: the only door out of the service."""

from __future__ import annotations

from services.training.meetings.events import SteeringMeetingHeld, SteeringMeetingRevoked
from services.training.network_events.events import NetworkEventHeld, NetworkEventRevoked
from services.training.partners.events import PartnerJoined, PartnerLeft
from services.training.trainings.events import EvaluationClosed, ParticipationRecorded, TrainingHeld, TrainingRevoked
from shared.contracts import training as contract
from shared.domain.messages import AnyRecorded, Event
from shared.messaging.cloudevents import PublicMessage
from shared.messaging.outgoing import OutgoingMessage


def to_integration_event(recorded: AnyRecorded) -> OutgoingMessage | None:
    """What others are told of an event: activities openly, participations pseudonymous, nothing of any other."""
    message = _message(recorded.event)
    if message is None:
        return None
    participation = isinstance(message, contract.ParticipationRecorded)
    return OutgoingMessage(contract.PARTICIPATIONS if participation else contract.ACTIVITIES, recorded.stream, message)


def _message(event: Event) -> PublicMessage | None:
    match event:
        case TrainingHeld():
            return _training_held(event)
        case ParticipationRecorded():
            return _participation(event)
        case EvaluationClosed():
            return _evaluated(event)
        case NetworkEventHeld():
            return contract.NetworkEventHeld(
                event=event.event_id,
                on=event.on,
                city=event.city,
                participants=sum(event.by_sector.values()),
                by_sector=dict(event.by_sector),
                organisations=event.organisations,
            )
        case SteeringMeetingHeld():
            return contract.SteeringMeetingHeld(
                meeting=event.meeting_id, on=event.on, partners=event.partners, release=event.release
            )
        case TrainingRevoked():
            return contract.TrainingRevoked(training=event.training_id, on=event.on)
        case NetworkEventRevoked():
            return contract.NetworkEventRevoked(event=event.event_id, on=event.on)
        case SteeringMeetingRevoked():
            return contract.SteeringMeetingRevoked(meeting=event.meeting_id, on=event.on)
        case PartnerJoined():
            return contract.PartnerJoined(partner=event.partner_id, role=event.role, since=event.since)
        case PartnerLeft():
            return contract.PartnerLeft(partner=event.partner_id, until=event.until)
        case _:
            return None


def _training_held(event: TrainingHeld) -> contract.TrainingHeld:
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


def _participation(event: ParticipationRecorded) -> contract.ParticipationRecorded:
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


def _evaluated(event: EvaluationClosed) -> contract.TrainingEvaluated:
    return contract.TrainingEvaluated(
        training=event.training_id,
        on=event.on,
        invited=event.invited,
        answers=event.answers,
        score=event.score,
        confidence_before=event.confidence_before,
        confidence_after=event.confidence_after,
    )
