"""The base classes of events, commands and refusals; nothing here does I/O."""

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
    """A request or command with the day on which it happened, and nothing more."""

    on: Day


class Command(Message):
    """Something asked of the programme (imperative).

    `at` is when it was asked (aware, UTC) and `by` the pseudonymous subject who asked:
    time and identity arrive inside the command, so that deciding needs no clock.
    """

    at: Moment
    by: Subject


class Event(Message):
    """Something that has happened (past tense). Events are stored for ever: their classes only grow."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The programme refuses. `code` is stable and has a sentence in NL, FR and EN.

    `details` name what the command contradicts, by ids and days that whoever asked may know.
    """

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def id_not_available() -> Refused:
    """The id is taken, or not for this caller: one code whatever the reason, so that the reason cannot be inferred."""
    return Refused("id-not-available")


class Meta(Message):
    """The metadata of an event: who recorded it, and its trace id."""

    by: str
    correlation_id: str


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
    """A stored event: `position` orders all events, `version` those of one stream (from 1)."""

    position: int
    stream: str
    version: int
    event: E
    meta: Meta
    at: datetime


JsonObject: TypeAlias = dict[str, Any]  # any JSON
AnyRecorded: TypeAlias = Recorded[Any]  # of whichever aggregate: what reads all events of a service
