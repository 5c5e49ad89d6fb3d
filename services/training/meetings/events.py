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


class SteeringMeetingCancelled(OfMeeting):
    """It will not meet; planned again, it will."""


class SteeringMeetingRevoked(OfMeeting):
    """It did not meet after all: what was recorded of it is taken back."""


class DecisionTaken(OfMeeting):
    """The steering group decided; `owner` is the partner who sees to it. Said again when a correction changes it."""

    decision_id: Id
    text: Paragraph
    owner: Id
    due: Day


class DecisionCarriedOut(OfMeeting):
    """What was decided is done."""

    decision_id: Id


class DecisionReopened(OfMeeting):
    """What was decided is not done after all."""

    decision_id: Id


class DecisionRevoked(OfMeeting):
    """That was not decided after all."""

    decision_id: Id


MeetingEvent = (
    SteeringMeetingPlanned | SteeringMeetingCancelled | SteeringMeetingHeld | SteeringMeetingRevoked | DecisionTaken
    | DecisionCarriedOut | DecisionReopened | DecisionRevoked
)  # fmt: skip
