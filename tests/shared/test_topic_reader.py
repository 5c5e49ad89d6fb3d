"""A reader of whole topics ends, or says that the topic is not the one any more that it began with."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from shared.messaging.broker_history import TopicLost
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting
from shared.messaging.topic_reader import TopicReader, open_topic_reader
from shared.messaging.topics import create_topics
from tests.chaos.broker import make_anew
from tests.shared.counting import topic


async def _sent(servers: str, where: Topic, number: int) -> None:
    async with AIOKafkaProducer(**connecting(servers)) as producer:
        for nth in range(number):
            await producer.send_and_wait(where.name, b"x", partition=nth % where.partitions)


async def _read(reader: TopicReader, where: Topic) -> int:
    read = 0
    async with asyncio.timeout(60):
        while records := await reader.batch(where):
            read += len(records)
    return read


@pytest.mark.parametrize("read_before", [0, 20])
@pytest.mark.parametrize("sent_again", [0, 5, 30])
async def test_a_topic_that_is_made_anew_is_lost_however_far_it_was_read_and_is_filled(
    bootstrap_servers: str, read_before: int, sent_again: int
) -> None:
    where = topic()
    await create_topics(bootstrap_servers, [where])
    async with open_topic_reader(bootstrap_servers, [where]) as reader:
        await _sent(bootstrap_servers, where, read_before)
        await reader.mark_ends()
        assert await _read(reader, where) == read_before
        reader.consumer.pause(*reader.first)  # nothing is read ahead
        await _sent(bootstrap_servers, where, 40)
        await reader.mark_ends()
        await make_anew(bootstrap_servers, where)
        await _sent(bootstrap_servers, where, sent_again)
        reader.consumer.resume(*reader.first)
        with pytest.raises(TopicLost):
            await _read(reader, where)
        reader.rewind()
        await reader.mark_ends()
        assert await _read(reader, where) == sent_again


async def test_up_to_its_marked_ends_everything_is_read_and_nothing_behind_them(bootstrap_servers: str) -> None:
    where = topic()
    await create_topics(bootstrap_servers, [where])
    await _sent(bootstrap_servers, where, 30)
    async with open_topic_reader(bootstrap_servers, [where]) as reader:
        await reader.mark_ends()
        assert reader.progress() == (0, 30)
        assert await _read(reader, where) == 30
        assert reader.progress() == (30, 30)
