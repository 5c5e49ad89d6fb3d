"""The value types of trainings, network events, meetings and partners: they live as long as the events."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.domain.bounds import PRINTABLE, Day
from shared.domain.messages import Dated, Message
from shared.i18n.code_lists import Id, Sector
from shared.i18n.text import LanguageCode

MOST_ON_ROLL = 10_000  # people of one training, with a place or waiting
MOST_COUNTED = 50_000  # people of one sector: fifteen of those are still a number that our topics can hold
MOST_PRESENT = 2_000  # people of one training known by name and present
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160, pattern=PRINTABLE)]


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError
    return value


Clock = Annotated[time, AfterValidator(_without_zone)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]
Places = Annotated[int, Field(ge=1, le=1000)]
BySector = Annotated[dict[Sector, Count], Field(max_length=50)]
Organisations = Annotated[tuple[Id, ...], Field(max_length=MOST_PRESENT)]
# In narrower bounds than an event, as a command counts.
Headcount = Annotated[dict[Sector, Annotated[int, Field(ge=0, le=10_000)]], Field(max_length=50)]

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


class TimeSlot(Message):
    """One day of a training or event, in Belgian time."""

    on: Day
    begins: Clock
    ends: Clock


class DaysAttended(Message):
    """Who was there on some days of a series only."""

    participant_id: Id
    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=20)]


class Professional(Message):
    """Who registers, known by id only, and what the figures need of him."""

    participant_id: Id
    organisation_id: Id | None
    sector: Sector
    function: Function
    language: LanguageCode


class ProgrammeItem(Message):
    """A part of a network event."""

    begins: Clock
    title: Title


class Cancellation(Dated):
    """Why a training or network event will not take place."""

    reason: CancelReason


DaysRequired = Annotated[int, Field(ge=1, le=20)] | None  # None: every day
TimeSlots = Annotated[tuple[TimeSlot, ...], Field(min_length=1, max_length=20)]
Trainers = Annotated[tuple[Id, ...], Field(min_length=1, max_length=10)]
Speakers = Annotated[tuple[Id, ...], Field(max_length=50)]
Programme = Annotated[tuple[ProgrammeItem, ...], Field(max_length=50)]
Attendees = Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
