"""What may be asked of the steering group's meetings and of partners."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.training.events.values import Paragraph, PartnerRole
from shared.messages import Command
from shared.terms import City, Id


class PlanSteeringMeeting(Command):
    """Plan a meeting, or plan it again for another day."""

    meeting_id: Id
    on: date
    city: City
    planned_for: date


class HoldSteeringMeeting(Command):
    """Record that the steering group met on that day."""

    meeting_id: Id
    on: date
    city: City
    partners: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    release: Id | None = None


class CorrectSteeringMeeting(Command):
    """Say again who was there and what was shown."""

    meeting_id: Id
    on: date
    city: City
    partners: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    release: Id | None = None


class TakeDecision(Command):
    """Record what was decided, which partner sees to it, and by when."""

    meeting_id: Id
    on: date
    decision_id: Id
    text: Paragraph
    owner: Id
    due: date


class CarryOutDecision(Command):
    """Record that it is done."""

    meeting_id: Id
    on: date
    decision_id: Id


class JoinProgramme(Command):
    """Make an organisation a partner in a role since a day, or give it another role from then on."""

    partner_id: Id
    role: PartnerRole
    since: date


class LeaveProgramme(Command):
    """Say from which day on it is no partner any more."""

    partner_id: Id
    until: date


MeetingCommand = PlanSteeringMeeting | HoldSteeringMeeting | CorrectSteeringMeeting | TakeDecision | CarryOutDecision


PartnerCommand = JoinProgramme | LeaveProgramme
