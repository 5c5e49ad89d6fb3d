"""What may be asked of the steering group's meetings and of partners."""

from __future__ import annotations

from services.training.events.values import Attendees, Paragraph, PartnerRole
from shared.domain.bounds import Day
from shared.domain.messages import Command
from shared.i18n.code_lists import City, Id


class PlanSteeringMeeting(Command):
    """Plan a meeting, or plan it again for another day."""

    meeting_id: Id
    on: Day
    city: City
    planned_for: Day


class HoldSteeringMeeting(Command):
    """Record that the steering group met on that day."""

    meeting_id: Id
    on: Day
    city: City
    partners: Attendees
    release: Id | None = None


class CorrectSteeringMeeting(Command):
    """Say again who was there and what was shown."""

    meeting_id: Id
    on: Day
    city: City
    partners: Attendees
    release: Id | None = None


class TakeDecision(Command):
    """Record what was decided, which partner sees to it, and by when."""

    meeting_id: Id
    on: Day
    decision_id: Id
    text: Paragraph
    owner: Id
    due: Day


class CarryOutDecision(Command):
    """Record that it is done."""

    meeting_id: Id
    on: Day
    decision_id: Id


class JoinProgramme(Command):
    """Make an organisation of that city a partner in a role since a day, or give it another role from then on."""

    partner_id: Id
    role: PartnerRole
    since: Day
    city: City


class LeaveProgramme(Command):
    """Say from which day on it is no partner any more."""

    partner_id: Id
    until: Day


MeetingCommand = PlanSteeringMeeting | HoldSteeringMeeting | CorrectSteeringMeeting | TakeDecision | CarryOutDecision


PartnerCommand = JoinProgramme | LeaveProgramme
