"""What has happened to the marks of one referred person at sessions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.carousel.values import Mark, ModuleId, Number, Numbers, StoredDay
from shared.domain.messages import Event
from shared.i18n.code_lists import City, Id


class OfReferral(Event):
    """Something that has happened to the participation of one referral, and on which day."""

    referral_id: Id
    on: StoredDay


class AttendanceNoted(OfReferral):
    """How the person was marked at one session; noted again after a correction. `modules` are all of the offer's."""

    cycle_id: Id
    session_id: Id
    module: Number
    modules: Numbers
    mark: Mark
    city: City
    identity: ModuleId | None = None

    @property
    def of_module(self) -> str:
        """Which module it was, whatever its number; the number, of what was kept before modules had an identity."""
        return self.identity or str(self.module)


class AttendanceRevoked(OfReferral):
    """His mark at a session does not count: the session did not take place, or he was not meant."""

    session_id: Id


Marks = Annotated[tuple[AttendanceNoted, ...], Field(max_length=2000)]


class AttendanceCounted(OfReferral):
    """What counts for the person at a session is another mark than the one noted last: his duplicate has a better one.

    Told as attendance, like a mark that is noted.
    """

    cycle_id: Id
    session_id: Id
    module: Number
    modules: Numbers
    mark: Mark
    city: City


class AttendanceDiscounted(OfReferral):
    """No mark at that session counts for this referral any more."""

    session_id: Id
