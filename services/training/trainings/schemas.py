"""What the requests about one training say; those that name people add to it where they are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.values import Headcount, Kind, Places, TimeSlots, Title, Trainers
from shared.domain.messages import Dated
from shared.i18n.code_lists import City, Id

People = Annotated[tuple[Id, ...], Field(max_length=1000)]


class Move(Dated):
    """The days and the place: a training has a place or is online."""

    city: City
    place: Title | None = None
    online: bool = False
    days: TimeSlots


class NewTraining(Move):
    """A training to plan."""

    training_id: Id
    kind: Kind
    title: Title
    trainers: Trainers
    organiser: Id
    co_presenter: Id | None = None
    capacity: Places


class NewCapacity(Dated):
    """How many places there are."""

    capacity: Places


class AttendanceBody(Dated):
    """Who of those registered was present, how many came without a name, and whether the offer was pitched."""

    pitched: bool
    present: People = ()
    counted: Headcount = Field(default_factory=dict)
