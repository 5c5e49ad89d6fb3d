"""What the training service publishes: `training.activities` without a person, and who took part for our services."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.fields import (
    BySector,
    Confidence,
    Day,
    Days,
    Organisations,
    Score,
    SectorCode,
    Since,
    Total,
)
from shared.domain.bounds import Code, Count
from shared.i18n.code_lists import City, Id
from shared.messaging.cloudevents import PublicMessage, Topic

Kind = Annotated[Code, Field(examples=["basic", "in_depth"])]
Role = Annotated[Code, Field(examples=["coordinating_municipality", "group_offer", "training", "police"])]


class TrainingHeld(PublicMessage):
    """A training took place; said again when a correction changes it, and the last one holds.

    `on` is its last day. `participants` are those present, named or only counted; `by_sector` adds up to them.
    `organisations` are the ids present, `pitched` says whether the offer was presented there.
    """

    training: Id
    kind: Kind
    on: Day
    days: Days
    city: City
    online: bool
    organiser: Id
    co_presenter: Id | None
    pitched: bool
    participants: Total
    by_sector: BySector
    organisations: Organisations


class TrainingRevoked(PublicMessage):
    """A training that was told as held did not take place; told as held again, it did."""

    training: Id
    on: Day


class TrainingEvaluated(PublicMessage):
    """The evaluation of a training was closed; below five answers nothing but the counts is said.

    `score` is a mean of 1 to 10, `confidence_before` and `confidence_after` means of 1 to 5.
    """

    training: Id
    on: Day
    invited: Count
    answers: Count
    score: Score | None
    confidence_before: Confidence | None
    confidence_after: Confidence | None


class NetworkEventHeld(PublicMessage):
    """A network event took place; said again when a correction changes it, and the last one holds."""

    event: Id
    on: Day
    city: City
    participants: Total
    by_sector: BySector
    organisations: Organisations


class NetworkEventRevoked(PublicMessage):
    """A network event that was told as held did not take place; told as held again, it did."""

    event: Id
    on: Day


class SteeringMeetingHeld(PublicMessage):
    """The steering group met; `partners` are the organisations present, `release` the figures shown."""

    meeting: Id
    on: Day
    partners: Organisations
    release: Id | None


class SteeringMeetingRevoked(PublicMessage):
    """A meeting that was told as held did not take place; told as held again, it did."""

    meeting: Id
    on: Day


class PartnerJoined(PublicMessage):
    """An organisation is a partner of the programme, in that role, since that day."""

    partner: Id
    role: Role
    since: Since


class PartnerLeft(PublicMessage):
    """An organisation is no longer a partner, from that day on."""

    partner: Id
    until: Since


class ParticipationRecorded(PublicMessage):
    """Whether one professional, known by id only, was present at a training; the last one said holds."""

    training: Id
    participant: Id
    kind: Kind
    on: Day
    city: City
    organisation: Id | None
    sector: SectorCode
    present: bool


ACTIVITIES = Topic(
    name="training.activities",
    source="/carrousel/training",
    messages=(
        TrainingHeld,
        TrainingRevoked,
        TrainingEvaluated,
        NetworkEventHeld,
        NetworkEventRevoked,
        SteeringMeetingHeld,
        SteeringMeetingRevoked,
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
