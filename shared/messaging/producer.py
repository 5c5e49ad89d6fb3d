"""Sends records in order, each once per partition, or fails; a producer that failed is not used again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from shared.messaging.closing import stop_within
from shared.messaging.connection import connecting, secret_in_use

_SEND_SECONDS = 30.0
_STOP_SECONDS = 5.0

OutgoingRecord = tuple[str, int, bytes, bytes, list[tuple[str, bytes]]]


@dataclass(slots=True)
class Producer:
    """An idempotent producer that is not used again after its first failure."""

    client: AIOKafkaProducer
    secret: bytes = b""

    @property
    def outdated(self) -> bool:
        """Whether the password was changed since it was opened: it could not connect again."""
        return secret_in_use() != self.secret

    async def send_all(self, records: Iterable[OutgoingRecord]) -> list[int]:
        """Send in order and await every acknowledgement; returns the offset of each.

        Raises on the first failure or after 30 seconds.
        """
        async with asyncio.timeout(_SEND_SECONDS):
            sent = [
                await self.client.send(topic, value=value, key=key, partition=partition, headers=headers)
                for topic, partition, key, value, headers in records
            ]
            return [each.offset for each in await asyncio.gather(*sent)]


@asynccontextmanager
async def open_producer(bootstrap_servers: str) -> AsyncIterator[Producer]:
    """A producer for one term of a relay.

    After a failure its stop is waited for at most five seconds: what it may still send by then are the next records in
    order, which the next term sends again.
    """
    secret = secret_in_use()
    client = AIOKafkaProducer(
        **connecting(bootstrap_servers),
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=0,
        request_timeout_ms=20_000,
    )
    try:
        await client.start()
        yield Producer(client, secret)
    finally:
        await stop_within(_STOP_SECONDS, client.stop())
