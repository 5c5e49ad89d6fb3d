"""The value types of trainings, network events and the steering group: they live as long as the facts."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.messages import Message
from shared.terms import Id, Sector
from shared.texts import Language

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=160, pattern=r"^[^\x00]*$")]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000, pattern=r"^[^\x00]*$")
]


def _by_the_wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError
    return value


Clock = Annotated[time, AfterValidator(_by_the_wall)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=100_000)]
Places = Annotated[int, Field(ge=1, le=1000)]
BySector = dict[Sector, Count]

Kind = Literal["basic", "in_depth"]
CancelReason = Literal[
    "too_few_registrations", "trainer_unavailable", "no_room", "weather", "planned_in_error", "other"
]
Function = Literal[
    "social_worker", "police_officer", "justice_assistant", "magistrate", "doctor", "nurse", "psychologist",
    "counsellor", "teacher", "prevention_worker", "receptionist", "coordinator", "executive", "policy_officer",
    "volunteer", "student", "other",
]  # fmt: skip
PartnerRole = Literal[
    "coordinating_municipality", "participating_municipality", "group_offer", "training", "police", "primary_care",
    "case_coordination", "referring", "other",
]  # fmt: skip


class Day(Message):
    """One day of a training or event, in Belgian time."""

    on: date
    begins: Clock
    ends: Clock


class Professional(Message):
    """Who registers, known by id only, and what the figures need of him."""

    participant_id: Id
    organisation_id: Id | None
    sector: Sector
    function: Function
    language: Language


class ProgrammeItem(Message):
    """A part of a network event."""

    begins: Clock
    title: Line
