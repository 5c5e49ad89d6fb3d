"""CloudEvents 1.0 on Kafka, binary mode: how a public message becomes a record, and a record a message.

Sources: CloudEvents 1.0.2, its Kafka protocol binding 1.0.2 and its sequence extension.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import ValidationError

from shared.messages import Message
from shared.thread import thread_of, traceparent

_TYPE_PREFIX = "be.gforse."
_DIGITS = 20
_LARGEST = 2**63 - 1
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "gforse.be")

Headers = Sequence[tuple[str, bytes]]


class PublicMessage(Message):
    """What leaves a service: pseudonymous, versioned. A field may be added with a default, never renamed."""

    VERSION: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """The `ce_type`, e.g. `be.gforse.ReferralReceived.v1`."""
        return f"{_TYPE_PREFIX}{cls.__name__}.v{cls.VERSION}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and everything that may stand on it. Its partitions never change: the sequences are per partition.

    `restricted`: case by case, for our own services only; an open one has no person in it, and partners may read it.
    """

    name: str
    source: str
    messages: tuple[type[PublicMessage], ...]
    partitions: int = 12
    restricted: bool = True

    def by_type(self) -> dict[str, type[PublicMessage]]:
        """The classes by their `ce_type`."""
        return {each.type_name(): each for each in self.messages}


class Unreadable(Exception):  # noqa: N818 - becomes a dead letter, not a crash
    """A record that is no message of its topic; `reason` is a stable code, without any of its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says it, where in their order, what kind it is, and of which thread, where that was told."""

    source: str
    sequence: int
    type: str
    subject: str
    time: datetime
    told_thread: str | None = None

    @property
    def thread(self) -> str:
        """The thread that was told; without one, always the same for the same message."""
        return self.told_thread or _id(self.source, self.sequence).hex


def _id(source: str, sequence: int) -> uuid.UUID:
    return uuid.uuid5(_IDS, f"{source}#{sequence}")


def headers(
    topic: Topic, message: PublicMessage, subject: str, sequence: int, time: datetime, thread: str = ""
) -> list[tuple[str, bytes]]:
    """The record headers of `message`; `sequence` is the position of the fact it tells, `thread` its trace id.

    The same fact has the same headers whenever it is published. A `thread` that is no trace id is not told.
    """
    identity = _id(topic.source, sequence)
    fields = {
        "ce_specversion": "1.0",
        "ce_id": str(identity),
        "ce_source": topic.source,
        "ce_type": type(message).type_name(),
        "ce_subject": subject,
        "ce_time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce_sequence": f"{sequence:0{_DIGITS}d}",
        "content-type": "application/json",
    }
    parent = traceparent(thread, identity)
    if thread_of(parent):
        fields["traceparent"] = parent
    return [(name, value.encode()) for name, value in fields.items()]


def read_envelope(topic: Topic, raw: Iterable[tuple[str, bytes]]) -> Envelope:
    """The envelope of a record, or Unreadable with the reason."""
    try:
        text = {name: value.decode() for name, value in raw}
    except (UnicodeDecodeError, AttributeError):
        raise Unreadable("headers-not-utf8") from None
    try:
        if text["ce_specversion"] != "1.0":
            raise Unreadable("unknown-specversion")
        envelope = Envelope(
            source=text["ce_source"],
            sequence=_sequence(text["ce_sequence"]),
            type=text["ce_type"],
            subject=text["ce_subject"],
            time=_time(text["ce_time"]),
            told_thread=thread_of(text.get("traceparent", "")),
        )
    except KeyError:
        raise Unreadable("header-missing") from None
    if envelope.source != topic.source:
        raise Unreadable("unknown-source")
    return envelope


def read_message(types: dict[str, type[PublicMessage]], envelope: Envelope, value: bytes | None) -> PublicMessage:
    """The message itself, or Unreadable with the reason. `types` is the topic's `by_type()`."""
    known = types.get(envelope.type)
    if known is None:
        raise Unreadable("unknown-type")
    if not value:
        raise Unreadable("empty")
    try:
        return known.model_validate_json(value, extra="ignore")
    except ValidationError:
        raise Unreadable("schema") from None


def _sequence(text: str) -> int:
    if len(text) != _DIGITS or not text.isascii() or not text.isdigit() or not 0 < int(text) <= _LARGEST:
        raise Unreadable("sequence-malformed")
    return int(text)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("time-malformed") from None
    if time.tzinfo is None:
        raise Unreadable("time-malformed")
    return time


def schema(topic: Topic) -> dict[str, Any]:
    """The JSON schemas of everything on `topic`, by type: what the golden files pin."""
    return {each.type_name(): each.model_json_schema() for each in topic.messages}
