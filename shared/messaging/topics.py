"""Makes the topics of the contracts, kept for ever, and refuses one that breaks its contract."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.domain.messages import JsonObject
from shared.messaging.cloudevents import Topic

log = structlog.get_logger(__name__)

_THREE_BROKERS = 3


async def create_topics(bootstrap_servers: str, topics: Sequence[Topic], replication: int | None = None) -> None:
    """Create what is missing, kept forever; refuse a topic whose partitions differ from its contract.

    `replication` is how many copies each has; None: one a broker, at most three. Raises ValueError naming that topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        existing = await admin.list_topics()
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            copies = replication or min(_THREE_BROKERS, len((await admin.describe_cluster())["brokers"]))
            forever = {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": "1048588"}
            if copies >= _THREE_BROKERS:
                forever["min.insync.replicas"] = "2"
            wanted = [NewTopic(each.name, each.partitions, copies, topic_configs=forever) for each in missing]
            try:
                await admin.create_topics(wanted)
            except TopicAlreadyExistsError:
                log.info("topics created by another process")
        for found in await admin.describe_topics([topic.name for topic in topics if topic.name in existing]):
            _check_partitions(found, topics)
    finally:
        await admin.close()


def _check_partitions(found: JsonObject, topics: Sequence[Topic]) -> None:
    contract = next(topic for topic in topics if topic.name == found["topic"])
    if len(found["partitions"]) != contract.partitions:
        message = f"topic {contract.name} has {len(found['partitions'])} partitions, its contract {contract.partitions}"
        raise ValueError(message)
