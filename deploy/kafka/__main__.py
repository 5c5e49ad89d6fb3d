"""`python -m deploy.kafka`: gives the cluster its topics and rights; again, it adds only what is missing."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from deploy.kafka.rights import Right, rights
from shared.contracts.catalogue import topics
from shared.messaging.topics import create_topics
from shared.service.settings import Settings

_SECONDS = 30


def main(
    replication: Annotated[int, typer.Option(help="Copies of each topic; 3 where there are three brokers.")] = 3,
) -> None:
    """Create what is missing on the Kafka that KAFKA_BOOTSTRAP_SERVERS names."""
    servers = Settings().kafka_bootstrap_servers
    asyncio.run(create_topics(servers, topics(), replication))
    typer.echo(f"{len(topics())} topics stand, each in {replication} copies where it was new.")
    given = give(AdminClient({"bootstrap.servers": servers}), rights(topics()))
    typer.echo(
        f"{given} rights are given." if given else "This Kafka checks no rights (it has no authorizer): none set."
    )


def give(admin: AdminClient, wanted: list[Right]) -> int:
    """Give these rights; returns how many stand, 0 where the cluster has no authorizer. Raises KafkaException."""
    for given in admin.create_acls([_binding(right) for right in wanted]).values():
        try:
            given.result(_SECONDS)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.SECURITY_DISABLED:
                return 0
            raise
    return len(wanted)


def _binding(right: Right) -> AclBinding:
    pattern = ResourcePatternType.LITERAL if right.kind == "TOPIC" else ResourcePatternType.PREFIXED
    return AclBinding(
        ResourceType[right.kind],
        right.name,
        pattern,
        f"User:{right.principal}",
        "*",
        AclOperation[right.operation],
        AclPermissionType.ALLOW,
    )


if __name__ == "__main__":
    typer.run(main)
