"""CloudEvents 1.0 on Kafka, binary mode: how a public message becomes a record, and a record a message.

Sources: CloudEvents 1.0.2, its Kafka protocol binding 1.0.2 and its sequence extension. Three extension attributes
are our own: `epoch`, `previous` and `epochforks` (docs/decisions/0007-a-message-names-its-predecessor.md).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import ValidationError

from shared.domain.messages import JsonObject, Message
from shared.observability.tracing import trace_id_of, traceparent

_TYPE_PREFIX = "be.gforse."
_DIGITS = 20
_LARGEST = 2**63 - 1
_MOST_EPOCHS = 100
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "gforse.be")

Headers = Sequence[tuple[str, bytes]]


class PublicMessage(Message):
    """An integration event: pseudonymous, versioned. A field may be added with a default, never renamed."""

    VERSION: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """The `ce_type`, e.g. `be.gforse.ReferralReceived.v1`."""
        return f"{_TYPE_PREFIX}{cls.__name__}.v{cls.VERSION}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and the messages it may hold. Its partitions never change: the sequences are per partition.

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
    """A record that is not a message of its topic; `reason` is a stable code, without any of its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BeforeContract(Unreadable):
    """A record of a publisher older than the stream contract; its message is published again under the contract."""

    REASON = "before-contract"

    def __init__(self) -> None:
        super().__init__(self.REASON)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a message stands among those of its publisher on one partition.

    `sequence` is the position of its event; `previous` the sequence of the message published before it on that
    partition, 0 for the first. `epoch` counts the histories of the publisher's database, from 1; `forks` holds for
    each later one, the second first, the last position that it shares with the one before.
    """

    sequence: int
    previous: int
    epoch: int = 1
    forks: tuple[int, ...] = ()

    def shared_with(self, epoch: int) -> int:
        """The last position that this history shares with that of an earlier `epoch`."""
        return min(self.forks[epoch - 1 :], default=_LARGEST)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The publisher of a message, its position, type, subject and time, and its trace id if it has one."""

    source: str
    position: Position
    type: str
    subject: str
    time: datetime
    given_trace_id: str | None = None

    @property
    def sequence(self) -> int:
        """The position of its event."""
        return self.position.sequence

    @property
    def trace_id(self) -> str:
        """The trace id that the message has; without one, always the same for the same message."""
        return self.given_trace_id or _id(self.source, self.position).hex

    @property
    def event_digest(self) -> bytes:
        """Eight bytes that distinguish its event from another one at the same position: its subject and its time.

        Not its value: a publisher of a newer version may publish the same event with more fields.
        """
        return event_digest(self.subject, self.time)


def event_digest(subject: str, time: datetime) -> bytes:
    """Eight bytes that distinguish the event of this subject and time from another one."""
    return hashlib.blake2b(f"{subject}|{time.astimezone(UTC).isoformat()}".encode(), digest_size=8).digest()


def _id(source: str, position: Position) -> uuid.UUID:
    place = f"{source}#{position.sequence}"
    return uuid.uuid5(_IDS, place if position.epoch == 1 else f"{place}#{position.epoch}")


def headers(
    topic: Topic, message: PublicMessage, subject: str, position: Position, time: datetime, trace_id: str = ""
) -> list[tuple[str, bytes]]:
    """The record headers of `message`; `position` is that of its event.

    The same event has the same headers whenever it is published. A `trace_id` that is not valid is left out.
    """
    identity = _id(topic.source, position)
    fields = {
        "ce_specversion": "1.0",
        "ce_id": str(identity),
        "ce_source": topic.source,
        "ce_type": type(message).type_name(),
        "ce_subject": subject,
        "ce_time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce_sequence": f"{position.sequence:0{_DIGITS}d}",
        "ce_previous": f"{position.previous:0{_DIGITS}d}",
        "ce_epoch": str(position.epoch),
        "content-type": "application/json",
    }
    if position.forks:
        fields["ce_epochforks"] = ",".join(map(str, position.forks))
    parent = traceparent(trace_id, identity)
    if trace_id_of(parent):
        fields["traceparent"] = parent
    return [(name, value.encode()) for name, value in fields.items()]


def read_envelope(topic: Topic, raw: Iterable[tuple[str, bytes]]) -> Envelope:
    """The envelope of a record. Raises BeforeContract, and Unreadable with the reason."""
    try:
        text = {name: value.decode() for name, value in raw}
    except (UnicodeDecodeError, AttributeError):
        raise Unreadable("headers-not-utf8") from None
    try:
        if text["ce_specversion"] != "1.0":
            raise Unreadable("unknown-specversion")
        if text["ce_source"] != topic.source:
            raise Unreadable("unknown-source")
        return Envelope(
            source=text["ce_source"],
            time=_time(text["ce_time"]),
            position=_position(text),
            type=text["ce_type"],
            subject=text["ce_subject"],
            given_trace_id=trace_id_of(text.get("traceparent", "")),
        )
    except KeyError:
        raise Unreadable("header-missing") from None


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


def _position(text: dict[str, str]) -> Position:
    sequence = _number(text["ce_sequence"], _DIGITS)
    if "ce_epoch" not in text and "ce_previous" not in text:
        raise BeforeContract
    previous, epoch = _number(text["ce_previous"], _DIGITS), _number(text["ce_epoch"])
    forks = tuple(map(_number, text["ce_epochforks"].split(","))) if "ce_epochforks" in text else ()
    if not 0 <= previous < sequence or not 1 <= epoch <= _MOST_EPOCHS or len(forks) != epoch - 1:
        raise Unreadable("sequence-malformed")
    return Position(sequence, previous, epoch, forks)


def _number(text: str, digits: int | None = None) -> int:
    right = len(text) == digits if digits else 0 < len(text) <= _DIGITS
    if not right or not text.isascii() or not text.isdigit() or int(text) > _LARGEST:
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


def schema(topic: Topic) -> JsonObject:
    """The JSON schemas of the messages of `topic`, by type: the golden files hold these."""
    return {each.type_name(): each.model_json_schema() for each in topic.messages}
