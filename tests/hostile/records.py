"""Records as somebody sends them who may write on a topic and wants to do harm, among those of an honest publisher.

He cannot be told from the publisher when he forges a message, readable, behind one that is or will be there: rights
guard against that (docs/decisions/0007-a-message-names-its-predecessor.md), so he does not do it here.
The publisher's sequences are multiples of four, those that race for a place one more, those that he names as
predecessors three more.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, TypeAlias

from shared.contracts import carousel, referral
from shared.contracts.catalogue import examples
from shared.messaging.cloudevents import Position, PublicMessage, Topic, headers
from shared.messaging.outgoing import OutgoingMessage, partition_of
from tests.carousel.hearing import HONEST, NOW
from tests.contracts.hostile import cases

Head: TypeAlias = list[tuple[str, bytes]]
Record: TypeAlias = tuple[str, int, bytes | None, bytes | None, Head]
# What a consumer applies without knowing more than the message.
ALONE = {
    carousel.CASES.name: (carousel.AttendanceRecorded, carousel.ParticipationPaused, carousel.ParticipationResumed),
    referral.ORGANISATIONS.name: (referral.OrganisationRegistered,),
}
WRONG: Sequence[tuple[str, bytes]] = (
    ("ce_specversion", b"2.0"), ("ce_source", b"/elsewhere"), ("ce_type", b"be.gforse.Nothing.v1"),
    ("ce_time", b"yesterday"), ("ce_time", b"2026-01-01T00:00:00"), ("ce_sequence", b"-1"), ("ce_sequence", b"9" * 20),
    ("ce_sequence", b"1"), ("ce_previous", b"9" * 20), ("ce_epoch", b"0"), ("ce_epoch", b"101"),
    ("ce_epoch", b"x" * 5000),
    ("ce_epochforks", b"," * 1000), ("ce_subject", b"\xff\xfe"), ("traceparent", b"\x00" * 100),
)  # fmt: skip


@cache
def bad_values(message: type[PublicMessage]) -> list[bytes]:
    """Every value that the contract refuses, or that nobody knows."""
    return [each.value for each in cases(message, examples()[message.type_name()].value) if each.verdict != "read"]


@dataclass
class Stranger:
    """Says everything by `chance`.

    `last` is the last message of each partition, `applied` the last one that can be; `honest` is what must be.
    """

    chance: random.Random
    last: dict[tuple[str, int], int] = field(default_factory=dict)
    applied: dict[tuple[str, int], int] = field(default_factory=dict)
    honest: list[tuple[str, int, int, bytes]] = field(default_factory=list)
    _names: Iterator[int] = field(default_factory=count)
    _sent: list[Record] = field(default_factory=list)

    def told(self, topic: Topic) -> list[Record]:
        """What its publisher tells of something new."""
        name = f"honest-{next(self._names)}"
        if topic.name == referral.CASES.name:
            kinds = (referral.ReferralReceived, referral.ReferralAccepted)
            return [self._told(topic, kind, f"referral-{name}", HONEST[kind] | {"referral": name}) for kind in kinds]
        kind = self.chance.choice(ALONE.get(topic.name, topic.messages))
        return [self._told(topic, kind, name, examples()[kind.type_name()].value)]

    def endings(self, topics: Sequence[Topic]) -> Iterator[Record]:
        """Something honest on every partition, behind all that was sent."""
        for topic in topics:
            left = set(range(topic.partitions))
            while left:
                records = self.told(topic)
                left -= {record[1] for record in records}
                yield from records

    def hostile(self, topic: Topic) -> Record:
        """One record that its publisher never sends."""
        making: tuple[Callable[[Topic], Record], ...] = (
            self._in_its_place, self._in_its_place, self._in_its_place, self._racing, self._with_wrong_headers,
            self._with_wrong_headers, self._without_headers, self._garbage, self._garbage, self._forged, self._again,
        )  # fmt: skip
        return self.chance.choice(making)(topic)

    def _told(self, topic: Topic, kind: type[PublicMessage], key: str, value: dict[str, Any]) -> Record:
        message = kind.model_validate_json(json.dumps(value))
        record = self._next(topic, message, key, message.model_dump_json().encode())
        self.applied[record[:2]] = self.last[record[:2]]
        self.honest.append((*record[:2], self.last[record[:2]], key.encode()))
        self._sent.append(record)
        return record

    def _next(self, topic: Topic, message: PublicMessage, key: str, value: bytes) -> Record:
        at = partition_of(OutgoingMessage(topic, key, message))
        previous = self.last.get(at, 0)
        self.last[at] = previous + self.chance.randrange(4, 16, 4)
        return (*at, key.encode(), value, headers(topic, message, key, Position(self.last[at], previous), NOW))

    def _shown(self, topic: Topic) -> PublicMessage:
        kind = self.chance.choice(topic.messages)
        return kind.model_validate(examples()[kind.type_name()].value)

    def _key(self) -> str:
        return f"hostile-{next(self._names)}"

    def _in_its_place(self, topic: Topic) -> Record:
        """Its publisher has a fault: what stands in the order cannot be used."""
        message = self._shown(topic)
        return self._next(topic, message, self._key(), self.chance.choice(bad_values(type(message))))

    def _racing(self, topic: Topic) -> Record:
        """Unreadable, in the place of the next one."""
        message, number = self._shown(topic), self.chance.randrange(topic.partitions)
        previous = self.last.get((topic.name, number), 0)
        head = headers(topic, message, "x", Position(previous + 1, previous), NOW)
        return topic.name, number, self._key().encode(), self._noise(), head

    def _with_wrong_headers(self, topic: Topic) -> Record:
        message = self._shown(topic)
        wrong = dict(self.chance.sample(WRONG, self.chance.randrange(1, 4)))
        head = headers(topic, message, "x", Position(2**62, 2**62 - 1), NOW)
        head = [(name, wrong.get(name, value)) for name, value in head]
        return topic.name, self.chance.randrange(topic.partitions), None, message.model_dump_json().encode(), head

    def _without_headers(self, topic: Topic) -> Record:
        message = self._shown(topic)
        head = headers(topic, message, "x", Position(2**62, 2**62 - 1), NOW)
        self.chance.shuffle(head)
        kept = head[: self.chance.randrange(len(head))]
        return topic.name, self.chance.randrange(topic.partitions), b"", message.model_dump_json().encode(), kept

    def _garbage(self, topic: Topic) -> Record:
        head = [("x" * 100, self._noise() or b"") for _ in range(self.chance.randrange(5))]
        return topic.name, self.chance.randrange(topic.partitions), self.chance.randbytes(9), self._noise(), head

    def _forged(self, topic: Topic) -> Record:
        """Readable, at a place that is not the next one: of another history, behind a gap, of a later epoch."""
        message, number = self._shown(topic), self.chance.randrange(topic.partitions)
        last, told = (each.get((topic.name, number), 0) for each in (self.last, self.applied))
        places = [Position(last + 50, last + 43), Position(9, 8, 2, (5,)), Position(2**62, 2**61)]
        place = self.chance.choice([*places, Position(told, told - 1)] if told else places)
        key = self._key()
        return (
            topic.name,
            number,
            key.encode(),
            message.model_dump_json().encode(),
            headers(topic, message, key, place, NOW),
        )

    def _again(self, topic: Topic) -> Record:
        """What an honest publisher said before, word for word."""
        said = [each for each in self._sent[-200:] if each[0] == topic.name]
        return self.chance.choice(said) if said else self._garbage(topic)

    def _noise(self) -> bytes | None:
        size = self.chance.choice((0, 1, 100, 10_000, 10_000, 200_000))
        return self.chance.choice(
            (None, b"", b"null", b"[" * size, b'{"on":' * (size // 6), self.chance.randbytes(size))
        )
