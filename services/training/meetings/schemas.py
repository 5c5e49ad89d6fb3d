"""What the requests about one steering meeting say."""

from __future__ import annotations

from services.training.values import Attendees
from shared.domain.bounds import Day, Paragraph
from shared.domain.messages import Dated
from shared.i18n.code_lists import City, Id


class NewMeeting(Dated):
    """A meeting to plan, or to plan again for another day."""

    meeting_id: Id
    city: City
    planned_for: Day


class HeldMeeting(Dated):
    """A meeting that was held on that day; `release` are the figures it looked at."""

    city: City
    partners: Attendees
    release: Id | None = None


class Decided(Dated):
    """What was decided, which partner sees to it, and by when."""

    text: Paragraph
    owner: Id
    due: Day


class NewDecision(Decided):
    """A decision under its reference."""

    decision_id: Id
