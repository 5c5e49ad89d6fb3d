"""What has happened to the steering group's meetings."""

from __future__ import annotations

from services.training.upcasting import StoredEvent
from services.training.values import Attendees
from shared.domain.bounds import Day, Paragraph
from shared.i18n.code_lists import City, Id


class OfMeeting(StoredEvent):
    """Something that happened to one meeting, on that day."""

    meeting_id: Id
    on: Day


class SteeringMeetingPlanned(OfMeeting):
    """The steering group will meet; planning again replaces the day."""

    city: City
    planned_for: Day


class SteeringMeetingHeld(OfMeeting):
    """It met; said again when a correction changes it. `release` are the figures it looked at."""

    city: City
    partners: Attendees
    release: Id | None


class DecisionTaken(OfMeeting):
    """The steering group decided; `owner` is the partner who sees to it."""

    decision_id: Id
    text: Paragraph
    owner: Id
    due: Day


class DecisionCarriedOut(OfMeeting):
    """What was decided is done."""

    decision_id: Id


MeetingEvent = SteeringMeetingPlanned | SteeringMeetingHeld | DecisionTaken | DecisionCarriedOut
