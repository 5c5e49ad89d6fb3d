"""What the carousel publishes: `carousel.cases` case by case for our services, `carousel.sessions` without a person."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.contracts.envelope import PublicMessage, Topic

Mark = Literal["present", "excused", "absent"]
SizeBand = Literal["under_5", "5_to_9", "10_or_more"]


class ParticipantPlaced(PublicMessage):
    """A place in a cycle was given and accepted; `first_session_on` is the first session of that place."""

    referral: str
    on: date
    cycle: str
    city: str
    first_session_on: date


class ParticipationStarted(PublicMessage):
    """The first session ever was attended on that day, in a group of that city."""

    referral: str
    on: date
    cycle: str
    city: str


class StartRevoked(PublicMessage):
    """A correction left no session attended: the person has not started."""

    referral: str
    on: date


class AttendanceRecorded(PublicMessage):
    """How one person was marked at one session; said again after a correction, and the last one holds.

    `on` is the day of the session, `modules` how many the offer has.
    """

    referral: str
    on: date
    cycle: str
    session: str
    module: int
    modules: int
    mark: Mark
    city: str


class ParticipationPaused(PublicMessage):
    """Paused until someone looks at it again on `review_on`."""

    referral: str
    on: date
    review_on: date


class ParticipationResumed(PublicMessage):
    """Goes on after a pause."""

    referral: str
    on: date


class ParticipationStopped(PublicMessage):
    """Left after the first session, by a two-level reason."""

    referral: str
    on: date
    category: str
    code: str


class ParticipationReturned(PublicMessage):
    """Came back after stopping: the same road is open again."""

    referral: str
    on: date


class ParticipationCompleted(PublicMessage):
    """Every distinct module of the offer was attended; `on` is the day of the last of them."""

    referral: str
    on: date
    cycle: str
    city: str


class CompletionRevoked(PublicMessage):
    """A correction took a module away: no longer completed."""

    referral: str
    on: date


class SessionCompleted(PublicMessage):
    """A session took place; said again when a correction changes it, and the last one holds. No person in it.

    `modules` is how many the offer has; 0 when it was said before that was told.
    """

    session: str
    cycle: str
    offer: str
    module: int
    on: date
    city: str
    place: str
    group_size: SizeBand
    cover_used: bool
    modules: int = 0


class CycleCompleted(PublicMessage):
    """A cycle was closed after its last session."""

    cycle: str
    offer: str
    city: str
    place: str
    first_on: date
    on: date
    sessions_held: int


CASES = Topic(
    name="carousel.cases",
    source="/carrousel/carousel",
    messages=(
        ParticipantPlaced,
        ParticipationStarted,
        StartRevoked,
        AttendanceRecorded,
        ParticipationPaused,
        ParticipationResumed,
        ParticipationStopped,
        ParticipationReturned,
        ParticipationCompleted,
        CompletionRevoked,
    ),
)
SESSIONS = Topic(
    name="carousel.sessions",
    source="/carrousel/carousel",
    messages=(SessionCompleted, CycleCompleted),
    restricted=False,
)
