"""What requests about participations carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.domain.bounds import PRINTABLE_LINES, Day
from shared.domain.messages import Dated
from shared.i18n.code_lists import Category, Id, ReasonCode

NoteText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=PRINTABLE_LINES)
]


class PlaceRequest(Dated):
    """A place in a cycle, from the first session on or after a day."""

    cycle_id: Id
    from_on: Day


class PlaceEnd(Dated):
    """The cycle in which a place ends."""

    cycle_id: Id


class MakeUpSession(Dated):
    """One session of another cycle."""

    cycle_id: Id
    session_id: Id


class OfferChoice(Dated):
    """The offer that a person follows from now on, in the version that holds."""

    offer_id: Id


class Reason(Dated):
    """Why a person does not come, or comes no longer."""

    category: Category
    code: ReasonCode


class Pause(Dated):
    """The day on which a pause is looked at again."""

    review_on: Day


class NonAssociation(Dated):
    """The other person of two who must not sit together, or may again."""

    other_id: Id


class SafetyCheck(Dated):
    """A facilitator has looked; his note is encrypted, and never in an event."""

    note: NoteText = Field(repr=False)
