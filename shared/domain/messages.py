"""What every fact, command and refusal is made of; nothing here does I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from shared.domain.bounds import Day, Moment, Subject


class Message(BaseModel):
    """A frozen value whose fields are all known: an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Message):
    """What a request or a command says that has nothing more to say than the day on which it happened."""

    on: Day


class Command(Message):
    """Something asked of the programme (imperative).

    `at` is when it was asked (aware, UTC) and `by` the pseudonymous subject who asked:
    time and identity arrive inside the command, so that deciding needs no clock.
    """

    at: Moment
    by: Subject


class Event(Message):
    """Something that has happened (past tense). Facts outlive requests: classes only ever grow."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The programme says no. `code` is stable and has a sentence in NL, FR and EN.

    `details` name what the command contradicts, by ids and days that whoever asked may know.
    """

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def id_not_available() -> Refused:
    """The id is taken, or not for this caller: one code whatever the reason, so that the reason is not told."""
    return Refused("id-not-available")


class Meta(Message):
    """What is kept beside a fact: who recorded it, and the thread it belongs to (a trace id)."""

    by: str
    correlation_id: str


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
    """A fact as it stands in the store: `position` orders all facts, `version` one stream's (from 1)."""

    position: int
    stream: str
    version: int
    event: E
    meta: Meta
    at: datetime


JsonObject: TypeAlias = dict[str, Any]  # whatever JSON may hold
AnyRecorded: TypeAlias = Recorded[Any]  # of whichever aggregate: what reads all events of a service
