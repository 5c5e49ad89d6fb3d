"""What the requests about one training say; those that name people add to it where they are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.values import (
    DaysAttended,
    DaysRequired,
    Function,
    Headcount,
    Kind,
    Places,
    TimeSlots,
    Title,
    Trainers,
)
from shared.domain.messages import Dated
from shared.i18n.code_lists import City, Id, Sector
from shared.i18n.text import LanguageCode

People = Annotated[tuple[Id, ...], Field(max_length=1000)]


class Move(Dated):
    """The days and the place: a training has a place or is online."""

    city: City
    place: Title | None = None
    online: bool = False
    days: TimeSlots


class Description(Dated):
    """What is given, by whom."""

    kind: Kind
    title: Title
    trainers: Trainers
    co_presenter: Id | None = None


class NewTraining(Description, Move):
    """A training to plan; who was there on `days_required` of its days gets a certificate, or else on all of them."""

    training_id: Id
    organiser: Id
    capacity: Places
    days_required: DaysRequired = None


class NewDaysRequired(Dated):
    """On how many days one has to be there for a certificate; on all of them when it is not said."""

    days_required: DaysRequired = None


class NewCapacity(Dated):
    """How many places there are."""

    capacity: Places


class Profile(Dated):
    """What somebody is in his work."""

    organisation_id: Id | None = None
    sector: Sector
    function: Function
    language: LanguageCode


class AttendanceBody(Dated):
    """Who of those registered was present, how many came without a name, and whether the offer was pitched.

    `present` are those who were there on every day, `partly` those who were on some.
    """

    pitched: bool
    present: People = ()
    partly: Annotated[tuple[DaysAttended, ...], Field(max_length=1000)] = ()
    counted: Headcount = Field(default_factory=dict)
