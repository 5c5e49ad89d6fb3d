"""What somebody else writes on the topic who knows all of it: none of it may be applied, nor hold anything up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer

from shared.eventstore.event_store import EventStore
from shared.messaging.cloudevents import Position, Topic, headers
from shared.messaging.connection import connecting
from shared.messaging.outbox import History, Outbox, Sent, current_history
from shared.messaging.outgoing import OutgoingMessage, partition_of, place, record_of
from shared.messaging.producer import OutgoingRecord
from tests.chaos.writers import STREAMS
from tests.shared.counting import CountPublished, publish_on

_FIRST = 1_000_000_000  # no writer comes so far
_HIGHEST = 2**60
_MARK = b"forged"


def is_forged(value: bytes | None) -> bool:
    """Whether a record is one of these."""
    return not value or _MARK in value or (b":" in value and int(value.split(b":")[1].strip(b" }")) >= _FIRST)


async def send(servers: str, records: Sequence[OutgoingRecord]) -> None:
    """Put them on the topic."""
    async with AIOKafkaProducer(**connecting(servers)) as producer:
        for topic, partition, key, value, head in records:
            await producer.send_and_wait(topic, value, key, partition, headers=head)


async def copies_of_coming(store: EventStore, topic: Topic) -> list[OutgoingRecord]:
    """What the relay will send next, letter for letter, but for a value that nobody can read."""
    async with store.pool.acquire() as connection:
        position, sent = await Outbox("kafka").position(connection), await Outbox("kafka").sent(connection)
        told = await current_history(connection)
        events = await store.after(connection, position, 1000)
    published = publish_on(topic)
    publications = [(event, published(event)) for event in events]
    leaving = place(publications, {partition: each.sequence for partition, each in sent.items()})
    return [(*record_of(each, told)[:3], _broken(nth), record_of(each, told)[4]) for nth, each in enumerate(leaving)]


async def at_the_ends(store: EventStore, topic: Topic, chance: random.Random) -> list[OutgoingRecord]:
    """Records without sense, and some that claim the coming or the highest place on each partition."""
    async with store.pool.acquire() as connection:
        sent, told = await Outbox("kafka").sent(connection), await current_history(connection)
    records: list[OutgoingRecord] = []
    for nth in range(STREAMS):
        key, message = f"stream-{nth}", CountPublished(n=_FIRST + nth)
        at = partition_of(OutgoingMessage(topic, key, message))
        last = sent.get(at, Sent(0, 0)).sequence
        if last == 0:
            continue
        coming, highest = (last + 1, last), (_HIGHEST + nth, _HIGHEST - 1)
        readable, broken = message.model_dump_json().encode(), _broken(nth)
        head, value = chance.choice(
            [
                ([], b"forged"),
                ([("ce_specversion", b"\xff")], b"forged"),
                (_head(topic, key, coming, told), broken),
                (_head(topic, key, highest, told), broken),
                (_head(topic, key, highest, told), readable),
                (_head(topic, key, (last, last - 1), told), readable),
            ]
        )
        records.append((topic.name, at[1], key.encode(), value, head))
    return records


def _head(topic: Topic, key: str, place: tuple[int, int], told: History) -> list[tuple[str, bytes]]:
    position = Position(*place, told.epoch, told.forks)
    return headers(topic, CountPublished(n=0), key, position, datetime.now(UTC) - timedelta(days=1))


def _broken(nth: int) -> bytes:
    return b'{"n": "forged %d"}' % nth
