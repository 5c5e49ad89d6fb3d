"""What the carousel publishes: `carousel.cases` case by case for our services, `carousel.sessions` without a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.fields import CategoryCode, Day, Module, Modules, Place, Reason
from shared.domain.bounds import Code, Count
from shared.i18n.code_lists import City, Id
from shared.messaging.cloudevents import PublicMessage, Topic

Mark = Annotated[Code, Field(examples=["present", "excused", "absent"])]
SizeBand = Annotated[Code, Field(examples=["under_5", "5_to_9", "10_or_more"])]


class ParticipantPlaced(PublicMessage):
    """A place in a cycle was given and accepted; `first_session_on` is the first session of that place.

    Said again when its cycle moves its days, with the day on which it was accepted; the last one holds.
    """

    referral: Id
    on: Day
    cycle: Id
    city: City
    first_session_on: Day


class ParticipationStarted(PublicMessage):
    """The first session ever was attended on that day, in a group of that city."""

    referral: Id
    on: Day
    cycle: Id
    city: City


class StartRevoked(PublicMessage):
    """A correction left no session attended: the person has not started."""

    referral: Id
    on: Day


class AttendanceRecorded(PublicMessage):
    """How one person was marked at one session; said again after a correction, and the last one holds.

    `on` is the day of the session, `modules` how many the offer has.
    """

    referral: Id
    on: Day
    cycle: Id
    session: Id
    module: Module
    modules: Modules
    mark: Mark
    city: City


class AttendanceRevoked(PublicMessage):
    """The mark of one person at a session does not count: the session did not take place, or was another person's."""

    referral: Id
    on: Day
    session: Id


class ParticipationPaused(PublicMessage):
    """Paused until someone looks at it again on `review_on`."""

    referral: Id
    on: Day
    review_on: Day


class ParticipationResumed(PublicMessage):
    """Goes on after a pause."""

    referral: Id
    on: Day


class ParticipationStopped(PublicMessage):
    """Left after the first session, by a two-level reason."""

    referral: Id
    on: Day
    category: CategoryCode
    code: Reason


class StopRevoked(PublicMessage):
    """A stop was recorded in error: the person never left."""

    referral: Id
    on: Day


class ParticipationReturned(PublicMessage):
    """Came back after stopping: the same road is open again."""

    referral: Id
    on: Day


class ParticipationCompleted(PublicMessage):
    """Every distinct module of the offer was attended; `on` is the day of the last of them."""

    referral: Id
    on: Day
    cycle: Id
    city: City


class CompletionRevoked(PublicMessage):
    """A correction took a module away: no longer completed."""

    referral: Id
    on: Day


class SessionCompleted(PublicMessage):
    """A session took place; said again when a correction changes it, and the last one holds. No person in it.

    `modules` is how many the offer has; 0 when it was said before that was told.
    """

    session: Id
    cycle: Id
    offer: Id
    module: Module
    on: Day
    city: City
    place: Place
    group_size: SizeBand
    cover_used: bool
    modules: Modules = 0


class SessionRevoked(PublicMessage):
    """A session that was told as completed did not take place; told as completed again, it did."""

    session: Id
    cycle: Id
    on: Day


class CycleCompleted(PublicMessage):
    """A cycle was closed after its last session; said again when a correction changes it, and the last one holds."""

    cycle: Id
    offer: Id
    city: City
    place: Place
    first_on: Day
    on: Day
    sessions_held: Count


CASES = Topic(
    name="carousel.cases",
    source="/carrousel/carousel",
    messages=(
        ParticipantPlaced,
        ParticipationStarted,
        StartRevoked,
        AttendanceRecorded,
        AttendanceRevoked,
        ParticipationPaused,
        ParticipationResumed,
        ParticipationStopped,
        StopRevoked,
        ParticipationReturned,
        ParticipationCompleted,
        CompletionRevoked,
    ),
)
SESSIONS = Topic(
    name="carousel.sessions",
    source="/carrousel/carousel",
    messages=(SessionCompleted, SessionRevoked, CycleCompleted),
    restricted=False,
)
