"""What may be asked of the steering group's meetings."""

from __future__ import annotations

from services.training.meetings.schemas import HeldMeeting, NewDecision, NewMeeting
from shared.domain.messages import Command, Dated
from shared.i18n.code_lists import Id


class ToMeeting(Command):
    """Something asked of one meeting."""

    meeting_id: Id


class PlanSteeringMeeting(NewMeeting, Command):
    """Plan a meeting, or plan it again for another day."""


class HoldSteeringMeeting(HeldMeeting, ToMeeting):
    """Record that the steering group met on that day."""


class CorrectSteeringMeeting(HeldMeeting, ToMeeting):
    """Say again who was there and what was shown."""


class TakeDecision(NewDecision, ToMeeting):
    """Record what was decided, which partner sees to it, and by when."""


class CarryOutDecision(Dated, ToMeeting):
    """Record that it is done."""

    decision_id: Id


MeetingCommand = PlanSteeringMeeting | HoldSteeringMeeting | CorrectSteeringMeeting | TakeDecision | CarryOutDecision
