"""Makes the topics of the contracts, kept for ever, and refuses one that breaks its contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.contracts.envelope import Topic

log = structlog.get_logger(__name__)

_THREE_BROKERS = 3


async def create_topics(bootstrap_servers: str, topics: Sequence[Topic], replication: int = 1) -> None:
    """Create what is missing, kept forever; refuse a topic whose partitions differ from its contract.

    Raises ValueError naming that topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        existing = await admin.list_topics()
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            forever = {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": "1048588"}
            if replication >= _THREE_BROKERS:
                forever["min.insync.replicas"] = "2"
            wanted = [NewTopic(each.name, each.partitions, replication, topic_configs=forever) for each in missing]
            try:
                await admin.create_topics(wanted)
            except TopicAlreadyExistsError:
                log.info("topics created by another process")
        for found in await admin.describe_topics([topic.name for topic in topics if topic.name in existing]):
            _check_partitions(found, topics)
    finally:
        await admin.close()


def _check_partitions(found: dict[str, Any], topics: Sequence[Topic]) -> None:
    contract = next(topic for topic in topics if topic.name == found["topic"])
    if len(found["partitions"]) != contract.partitions:
        message = f"topic {contract.name} has {len(found['partitions'])} partitions, its contract {contract.partitions}"
        raise ValueError(message)
