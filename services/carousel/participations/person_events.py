"""What has happened to the person behind a referral: his other referrals, his duplicates, where he goes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.carousel.participations.mark_events import Marks, OfReferral
from services.carousel.values import ModuleIds, Needs, Numbers, People, StoredDay, Version
from shared.domain.messages import Message
from shared.i18n.code_lists import City, Id


class PersonKnown(OfReferral):
    """Of which person the referral is, since when it is, and which other referrals (`kin`) are of the same person."""

    person_id: Id | None
    since: StoredDay
    kin: People


class OtherKnown(OfReferral):
    """The referrals of the person from whom he is kept apart."""

    other_id: Id
    people: People


class Apart(Message):
    """Somebody from whom a person is kept apart, and all the referrals of that person."""

    other: Id
    people: People


class HeldPlace(Message):
    """The place of another road of the same person."""

    cycle_id: Id
    first_on: StoredDay
    last_on: StoredDay


class Road(Message):
    """What one referral of a person means for the others: his place, what he attended, from whom he is kept apart."""

    since: StoredDay
    attended: Marks = ()
    completed: bool = False
    place: HeldPlace | None = None
    apart: Annotated[tuple[Apart, ...], Field(max_length=200)] = ()


class RoadNoted(OfReferral):
    """How another road of the same person stands."""

    of_id: Id
    road: Road


class DuplicateCounted(OfReferral):
    """The referral is a duplicate: what was attended under it counts for `of_id`, no longer for `was_id`.

    `of_id` is None when the link was undone.
    """

    of_id: Id | None
    was_id: Id | None


class AttendanceInherited(OfReferral):
    """What was attended under a duplicate of this referral, and since when that one waited; nothing when undone."""

    under_id: Id
    marks: Marks
    modules: Numbers = ()
    needs: Needs = ()
    accepted_on: StoredDay | None = None


class LeavingRevoked(OfReferral):
    """He never left the waiting list: what was told of his referral was taken back."""


class MakeUpRequested(OfReferral):
    """A seat at one session of another cycle is asked for."""

    cycle_id: Id
    session_id: Id
    attended: Numbers
    have: ModuleIds = ()
    kept_apart: People


class MakeUpArranged(OfReferral):
    """He is expected at one session of another cycle, and keeps his place in his own."""

    cycle_id: Id
    session_id: Id
    held_on: StoredDay


class MakeUpDropped(OfReferral):
    """He is not expected there any more."""

    cycle_id: Id
    session_id: Id


class ParticipationTransferred(OfReferral):
    """The road goes on in another city."""

    city: City
    from_city: City


class OfferFollowed(OfReferral):
    """What he needs is what that version of the offer asks for, whatever he had a place in before."""

    offer_id: Id
    version: Version
    modules: Numbers
    needs: Needs
