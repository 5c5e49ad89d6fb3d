"""Sends records in order, each once per partition, or fails; a producer that failed is thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

_SEND_SECONDS = 30.0

OutgoingRecord = tuple[str, bytes, bytes, list[tuple[str, bytes]]]


@dataclass(slots=True)
class Producer:
    """An idempotent producer that is thrown away at its first failure."""

    client: AIOKafkaProducer

    async def send_all(self, records: Iterable[OutgoingRecord]) -> None:
        """Send in order and await every acknowledgement; raises on the first failure or after 30 seconds."""
        async with asyncio.timeout(_SEND_SECONDS):
            sent = [
                await self.client.send(topic, value=value, key=key, headers=headers)
                for topic, key, value, headers in records
            ]
            await asyncio.gather(*sent)


@asynccontextmanager
async def open_producer(bootstrap_servers: str) -> AsyncIterator[Producer]:
    """A producer for one term of a relay. After a failure nothing of it is sent any more."""
    client = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=0,
        request_timeout_ms=20_000,
    )
    try:
        await client.start()
        yield Producer(client)
    finally:
        await _abandon(client)


async def _abandon(client: AIOKafkaProducer) -> None:
    """Close without flushing: what was not acknowledged is sent again, in order, by the next term."""
    sender = client._sender  # noqa: SLF001 - aiokafka has no close-without-flush
    if sender.sender_task is not None:
        sender.sender_task.cancel()
        await asyncio.gather(sender.sender_task, return_exceptions=True)
    await client.client.close()
    client._closed = True  # noqa: SLF001 - its finaliser would warn of the flush that is skipped on purpose
