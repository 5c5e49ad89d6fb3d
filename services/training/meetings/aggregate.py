"""A steering meeting: one stream with its decisions."""

from __future__ import annotations

from typing import get_args

from services.training.meetings.commands import MeetingCommand
from services.training.meetings.events import MeetingEvent
from services.training.meetings.rules import decide
from services.training.meetings.state import Meeting, evolve
from shared.domain.aggregate import Aggregate

MEETING: Aggregate[Meeting, MeetingCommand, MeetingEvent] = Aggregate(
    "meeting", get_args(MeetingEvent), Meeting(), decide, evolve
)
