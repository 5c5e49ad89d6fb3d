"""What has happened to the steering group's meetings and to the partners."""

from __future__ import annotations

from datetime import date

from services.training.events.values import Paragraph, PartnerRole
from shared.messages import Event
from shared.terms import City, Id


class SteeringMeetingPlanned(Event):
    """The steering group will meet; planning again replaces the day."""

    meeting_id: Id
    on: date
    city: City
    planned_for: date


class SteeringMeetingHeld(Event):
    """It met; said again when a correction changes it. `release` are the figures it looked at."""

    meeting_id: Id
    on: date
    city: City
    partners: tuple[Id, ...]
    release: Id | None


class DecisionTaken(Event):
    """The steering group decided; `owner` is the partner who sees to it."""

    meeting_id: Id
    on: date
    decision_id: Id
    text: Paragraph
    owner: Id
    due: date


class DecisionCarriedOut(Event):
    """What was decided is done."""

    meeting_id: Id
    on: date
    decision_id: Id


class PartnerJoined(Event):
    """An organisation is a partner in that role since that day; the same day again corrects the role."""

    partner_id: Id
    role: PartnerRole
    since: date


class PartnerLeft(Event):
    """It is no partner any more, from that day on; said again, it corrects the day."""

    partner_id: Id
    until: date


MeetingEvent = SteeringMeetingPlanned | SteeringMeetingHeld | DecisionTaken | DecisionCarriedOut


PartnerEvent = PartnerJoined | PartnerLeft
