"""What can be done to a topic behind everybody's back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting
from shared.messaging.topics import create_topics


async def delete_messages(servers: str, topic: Topic) -> int:
    """Delete all that stands on it now; what comes later has the next offsets. Returns how many that were."""
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    async with AIOKafkaConsumer(**connecting(servers)) as consumer:
        first, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    admin = AIOKafkaAdminClient(**connecting(servers))
    await admin.start()
    try:
        await admin.delete_records({at: RecordsToDelete(end) for at, end in ends.items()})
    finally:
        await admin.close()
    return sum(end - first[at] for at, end in ends.items())


async def end(servers: str, topic: Topic) -> int:
    """The next offsets of all its partitions, added up."""
    async with AIOKafkaConsumer(**connecting(servers)) as consumer:
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        return sum((await consumer.end_offsets(partitions)).values())


async def make_anew(servers: str, topic: Topic) -> None:
    """Delete a topic, and make another one of its name."""
    admin = AIOKafkaAdminClient(**connecting(servers))
    await admin.start()
    try:
        await admin.delete_topics([topic.name])
        while topic.name in await admin.list_topics():
            await asyncio.sleep(0.05)
    finally:
        await admin.close()
    with suppress(KafkaError):  # a relay was first
        await create_topics(servers, [topic])
