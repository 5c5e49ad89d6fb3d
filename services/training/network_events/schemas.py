"""What the requests about one network event say; the names of its speakers are added where they are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.training.values import Headcount, Places, Programme, TimeSlot, Title
from shared.domain.messages import Dated
from shared.i18n.code_lists import City, Id


class EventMove(Dated):
    """The day and the place."""

    city: City
    place: Title
    day: TimeSlot


class NetworkEventBody(EventMove):
    """A network event to plan; without a capacity everyone may come."""

    event_id: Id
    title: Title
    programme: Programme = ()
    capacity: Places | None = None


class EventAttendance(Dated):
    """How many came by sector, and of which organisations."""

    by_sector: Headcount
    organisations: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
