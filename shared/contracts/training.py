"""What the training service publishes: `training.activities` without a person, and who took part for our services."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.contracts.envelope import PublicMessage, Topic

Kind = Literal["basic", "in_depth"]


class TrainingHeld(PublicMessage):
    """A training took place; said again when a correction changes it, and the last one holds.

    `on` is its last day. `participants` are those present, named or only counted; `by_sector` adds up to them.
    `organisations` are the ids present, `pitched` says whether the offer was presented there.
    """

    training: str
    kind: Kind
    on: date
    days: tuple[date, ...]
    city: str
    online: bool
    organiser: str
    co_presenter: str | None
    pitched: bool
    participants: int
    by_sector: dict[str, int]
    organisations: tuple[str, ...]


class TrainingEvaluated(PublicMessage):
    """The evaluation of a training was closed; below five answers nothing but the counts is said.

    `score` is a mean of 1 to 10, `confidence_before` and `confidence_after` means of 1 to 5.
    """

    training: str
    on: date
    invited: int
    answers: int
    score: float | None
    confidence_before: float | None
    confidence_after: float | None


class NetworkEventHeld(PublicMessage):
    """A network event took place; said again when a correction changes it, and the last one holds."""

    event: str
    on: date
    city: str
    participants: int
    by_sector: dict[str, int]
    organisations: tuple[str, ...]


class SteeringMeetingHeld(PublicMessage):
    """The steering group met; `partners` are the organisations present, `release` the figures shown."""

    meeting: str
    on: date
    partners: tuple[str, ...]
    release: str | None


class PartnerJoined(PublicMessage):
    """An organisation is a partner of the programme, in that role, since that day."""

    partner: str
    role: str
    since: date


class PartnerLeft(PublicMessage):
    """An organisation is no longer a partner, from that day on."""

    partner: str
    until: date


class ParticipationRecorded(PublicMessage):
    """Whether one professional, known by id only, was present at a training; the last one said holds."""

    training: str
    participant: str
    kind: Kind
    on: date
    city: str
    organisation: str | None
    sector: str
    present: bool


ACTIVITIES = Topic(
    name="training.activities",
    source="/carrousel/training",
    messages=(
        TrainingHeld,
        TrainingEvaluated,
        NetworkEventHeld,
        SteeringMeetingHeld,
        PartnerJoined,
        PartnerLeft,
    ),
    restricted=False,
)
PARTICIPATIONS = Topic(
    name="training.participations",
    source="/carrousel/training",
    messages=(ParticipationRecorded,),
)
