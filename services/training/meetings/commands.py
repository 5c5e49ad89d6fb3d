"""What may be asked of the steering group's meetings."""

from __future__ import annotations

from services.training.meetings.schemas import Decided, HeldMeeting, NewDecision, NewMeeting
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


class CancelSteeringMeeting(Dated, ToMeeting):
    """Do not meet."""


class RevokeSteeringMeeting(Dated, ToMeeting):
    """Take back that the steering group met, and what it decided there: it was recorded in error."""


class CorrectDecision(Decided, ToMeeting):
    """Say again what was decided, as it should have been recorded."""

    decision_id: Id


class ToDecision(Dated, ToMeeting):
    """Something asked about one decision."""

    decision_id: Id


class CarryOutDecision(ToDecision):
    """Record that it is done."""


class ReopenDecision(ToDecision):
    """Take back that it is done."""


class RevokeDecision(ToDecision):
    """Take back that it was decided."""


MeetingCommand = (
    PlanSteeringMeeting | CancelSteeringMeeting | HoldSteeringMeeting | CorrectSteeringMeeting | RevokeSteeringMeeting
    | TakeDecision | CorrectDecision | CarryOutDecision | ReopenDecision | RevokeDecision
)  # fmt: skip
