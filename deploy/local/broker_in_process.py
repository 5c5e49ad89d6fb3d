"""Where Kafka's jars cannot be had: librdkafka's own mock broker, which speaks the protocol and forgets on exit."""

from asyncio import to_thread

from confluent_kafka import Producer


class BrokerInProcess:
    """One mock broker inside this process; it lives as long as the producer that holds it."""

    port = 0
    process = None

    def __init__(self) -> None:
        self._holder: Producer | None = None

    async def start(self) -> dict[str, str]:
        """Start it and return where programs find it, and that it forgets."""
        self._holder = Producer({"test.mock.num.brokers": 1, "log_level": 3})
        brokers = (await to_thread(self._holder.list_topics, timeout=10)).brokers
        self.port = next(iter(brokers.values())).port
        return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self.port}", "KAFKA_FORGETS": "1"}

    async def stop(self) -> None:
        """Let go of it."""
        self._holder = None
