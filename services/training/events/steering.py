"""What has happened to the steering group's meetings and to the partners."""

from __future__ import annotations

from services.training.events.stored import StoredEvent
from services.training.events.values import Attendees, Paragraph, PartnerRole
from shared.domain.bounds import Day
from shared.i18n.code_lists import City, Id


class SteeringMeetingPlanned(StoredEvent):
    """The steering group will meet; planning again replaces the day."""

    meeting_id: Id
    on: Day
    city: City
    planned_for: Day


class SteeringMeetingHeld(StoredEvent):
    """It met; said again when a correction changes it. `release` are the figures it looked at."""

    meeting_id: Id
    on: Day
    city: City
    partners: Attendees
    release: Id | None


class DecisionTaken(StoredEvent):
    """The steering group decided; `owner` is the partner who sees to it."""

    meeting_id: Id
    on: Day
    decision_id: Id
    text: Paragraph
    owner: Id
    due: Day


class DecisionCarriedOut(StoredEvent):
    """What was decided is done."""

    meeting_id: Id
    on: Day
    decision_id: Id


class PartnerJoined(StoredEvent):
    """An organisation is a partner in that role since that day; the same day again corrects the role.

    `city` is that of the organisation; nobody knows it of who joined before it was kept.
    """

    partner_id: Id
    role: PartnerRole
    since: Day
    city: City | None = None


class PartnerLeft(StoredEvent):
    """It is no partner any more, from that day on; said again, it corrects the day."""

    partner_id: Id
    until: Day


MeetingEvent = SteeringMeetingPlanned | SteeringMeetingHeld | DecisionTaken | DecisionCarriedOut


PartnerEvent = PartnerJoined | PartnerLeft
