"""The values that the events of the carousel are made of, each with its bounds; what was kept before them is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from shared.domain.bounds import Count, Day
from shared.domain.messages import Message
from shared.domain.upcasting import each_once, within_bounds
from shared.i18n.code_lists import Availability, City, Id

MOST_SESSIONS = 60
"""Of one cycle, those that repeat a module included."""
MOST_TITLE = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _on_one_line(value: object) -> object:
    """Events kept before places were printable may break a line within one."""
    return _CONTROL.sub(" ", value) if isinstance(value, str) else value


def _with_an_end(value: object) -> object:
    """Events kept before titles had an end may tell long ones: their beginning is read."""
    if not isinstance(value, list | tuple):
        return value
    return [each | {"title": _cut(each.get("title"))} if isinstance(each, dict) else each for each in value]


def _cut(title: Any) -> Any:  # noqa: ANN401 - whatever is kept
    if not isinstance(title, dict):
        return title
    return {code: words[:MOST_TITLE] if isinstance(words, str) else words for code, words in title.items()}


def _of_the_wall(hour: time) -> time:
    if hour.tzinfo:
        raise ValueError("an hour as the clock on the wall tells it, without an offset")
    return hour


StoredDay = Annotated[Day, BeforeValidator(within_bounds)]
Hour = Annotated[time, AfterValidator(_of_the_wall)]
Mark = Literal["present", "excused", "absent"]
CancelReason = Literal["facilitator_ill", "too_few_expected", "place_unavailable", "weather", "strike", "other"]
Number = Annotated[int, Field(ge=1, le=24)]
Numbers = Annotated[tuple[Number, ...], Field(max_length=24)]
Version = Annotated[int, Field(ge=1, le=1_000_000)]
Capacity = Annotated[int, Field(ge=1, le=30)]
Place = Annotated[str, BeforeValidator(_on_one_line), StringConstraints(min_length=2, max_length=80)]
People = Annotated[tuple[Id, ...], Field(max_length=2000)]
SessionIds = Annotated[tuple[Id, ...], Field(max_length=MOST_SESSIONS)]
Attendance = Annotated[tuple[tuple[Id, Mark], ...], Field(max_length=200)]
Availabilities = Annotated[tuple[Availability, ...], BeforeValidator(each_once), Field(max_length=21)]
"""Each part of each day of the week at most once."""
_Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
_Title = Annotated[str, StringConstraints(max_length=MOST_TITLE)]
Titles = Annotated[dict[_Code, _Title], Field(min_length=1, max_length=20)]
"""By language: an event is read whatever languages the project has by then."""


ModuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")]
ModuleIds = Annotated[tuple[ModuleId, ...], Field(max_length=200)]
Replaced = Annotated[tuple[ModuleId, ...], Field(max_length=24)]


class Module(Message):
    """One module of an offer; who never attended may join at it only when `entry_allowed`.

    `identity` is what it is whatever its number, in each version and each offer; who attended one of those that it
    `replaces` has attended it. Of what was kept before identities, the number is the identity.
    """

    number: Number
    title: Titles
    minutes: Annotated[int, Field(ge=15, le=480)]
    entry_allowed: bool
    identity: ModuleId | None = None
    replaces: Replaced = ()

    @property
    def needed(self) -> Needed:
        """What is needed of who follows the offer."""
        return Needed(number=self.number, identity=self.identity or str(self.number), instead=self.replaces)


class Needed(Message):
    """A module that an offer asks for: its number there, its identity, and those that are worth as much."""

    number: Number
    identity: ModuleId
    instead: Replaced = ()

    @property
    def worth(self) -> tuple[str, ...]:
        """Every identity by which it was attended."""
        return (self.identity, *self.instead)


Needs = Annotated[tuple[Needed, ...], Field(max_length=24)]


def needs_of(modules: Iterable[int], needs: Needs) -> Needs:
    """What an offer asks for, as it was told; of what was kept before it was, by the numbers of its modules."""
    return needs or tuple(Needed(number=each, identity=str(each)) for each in sorted(modules))


def attended_of(needs: Needs, have: AbstractSet[str]) -> tuple[int, ...]:
    """The numbers of the modules that somebody has who attended these."""
    return tuple(each.number for each in needs if not have.isdisjoint(each.worth))


class Session(Message):
    """One dated session of a cycle."""

    session_id: Id
    module: Number
    entry_allowed: bool
    on: Day
    starts: Hour


Cities = Annotated[tuple[City, ...], Field(max_length=600)]
Modules = Annotated[tuple[Module, ...], BeforeValidator(_with_an_end), Field(max_length=24)]
Sessions = Annotated[tuple[Session, ...], Field(max_length=MOST_SESSIONS)]


class PlaceDays(Message):
    """The first and the last session of somebody's place, after a change of the cycle."""

    referral_id: Id
    first_on: Day
    last_on: Day


class SessionFacts(Message):
    """What is told of a session that took place; `modules` are all of the offer's, `present` is how many attended."""

    session_id: Id
    offer_id: Id
    module: Number
    modules: Numbers
    on: StoredDay
    city: City
    place: Place
    present: Count
    cover_used: bool
    identity: ModuleId | None = None


class PlaceInCycle(Message):
    """Somebody's place, from its first to its last session; `modules` are all of the offer's.

    Which organisation runs the cycle was not told at first.
    """

    referral_id: Id
    cycle_id: Id
    organisation_id: Id | None = None
    city: City
    modules: Numbers
    needs: Needs = ()
    first_on: StoredDay
    last_on: StoredDay
