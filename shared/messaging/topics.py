"""Makes the topics of the contracts, kept for ever, and refuses one that breaks its contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.domain.messages import JsonObject
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import connecting

log = structlog.get_logger(__name__)

_THREE_BROKERS = 3
MAX_MESSAGE_BYTES = 1_048_588  # of a topic, and what every broker allows unless told otherwise


async def create_topics(bootstrap_servers: str, topics: Sequence[Topic], replication: int | None = None) -> None:
    """Create what is missing, kept forever; refuse a topic whose partitions differ from its contract.

    `replication` is how many copies each has; None: one a broker, at most three. Raises ValueError naming that topic,
    and KafkaError when it may not be made.
    """
    admin = AIOKafkaAdminClient(**connecting(bootstrap_servers))
    await admin.start()
    try:
        existing = await admin.list_topics()
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            copies = replication or min(_THREE_BROKERS, len((await admin.describe_cluster())["brokers"]))
            forever = {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": str(MAX_MESSAGE_BYTES)}
            if copies >= _THREE_BROKERS:
                forever["min.insync.replicas"] = "2"
            wanted = [NewTopic(each.name, each.partitions, copies, topic_configs=forever) for each in missing]
            made: Any = await admin.create_topics(wanted)  # its fields are those of the protocol
            _require_made(made.topic_errors)
        for found in await admin.describe_topics([topic.name for topic in topics if topic.name in existing]):
            _check_partitions(found, topics)
    finally:
        await admin.close()


def _require_made(answers: Sequence[tuple[str, int, str]]) -> None:
    """Raise the error of a topic that was not made, unless another process made it."""
    for name, code, *_ in answers:
        if code == TopicAlreadyExistsError.errno:
            log.info("topics created by another process")
        elif code:
            raise for_code(code)(name)


def _check_partitions(found: JsonObject, topics: Sequence[Topic]) -> None:
    contract = next(topic for topic in topics if topic.name == found["topic"])
    if len(found["partitions"]) != contract.partitions:
        message = f"topic {contract.name} has {len(found['partitions'])} partitions, its contract {contract.partitions}"
        raise ValueError(message)
