"""Who may do what with which topic: every topic x principal x operation on a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from deploy.kafka import principals
from deploy.kafka.cluster import give_rights
from deploy.kafka.rights import OPERATOR, Right, publisher, rights, rights_of_partner
from deploy.local.kafka import PRINCIPALS
from deploy.services import SERVICES
from shared.contracts.catalogue import topics
from shared.messaging.cloudevents import Topic
from shared.messaging.connection import KafkaAccess, connecting
from shared.secrets.files import ReadableByOthers, read_secret
from tests.deploy.guarded import (
    EVERYBODY,
    OPEN,
    PARTNER,
    REFUSED,
    RESTRICTED,
    SECONDS,
    Guarded,
    until,
)


def may(principal: str, operation: str, topic: Topic) -> bool:
    """The rule, in plain words."""
    if principal == OPERATOR:
        return True
    if operation in {"read", "describe"}:
        return principal in SERVICES or (principal == PARTNER and not topic.restricted)
    if operation in {"write", "create"}:
        return principal == publisher(topic)
    return False


def allowed(error: KafkaError | None, *, otherwise: int = KafkaError.NO_ERROR) -> bool:
    """Whether it was allowed; any other error than the one expected is a fault of the test."""
    code = error.code() if error else KafkaError.NO_ERROR
    assert code in {KafkaError.NO_ERROR, otherwise, *REFUSED}, error
    return code not in REFUSED


def of_future(answer: Any, *, otherwise: int = KafkaError.NO_ERROR) -> bool:
    try:
        answer.result(SECONDS)
    except KafkaException as error:
        return allowed(error.args[0], otherwise=otherwise)
    return True


def read(options: dict[str, Any]) -> dict[str, bool]:
    """In a group of its own, which a stranger has too: what is refused is the topic."""
    principal, found = options["sasl.username"], dict[str, bool]()
    for topic in topics():
        consumer = Consumer(options | {"group.id": f"{principal}.matrix.{topic.name}", "auto.offset.reset": "earliest"})
        consumer.subscribe([topic.name])
        message = consumer.poll(SECONDS)
        assert message is not None, f"{topic.name}: neither a message nor an error"
        found[topic.name] = allowed(message.error())
        consumer.close()
    return found


def write(options: dict[str, Any]) -> dict[str, bool]:
    """Idempotently as a publisher; whoever may write nothing is not even given the number that needs."""
    publishes = options["sasl.username"] in {OPERATOR, *map(publisher, topics())}
    producer, found = Producer(options | {"enable.idempotence": publishes}), dict[str, bool]()

    def done(name: str) -> Callable[[KafkaError | None, object], None]:
        return lambda error, _: found.update({name: allowed(error)})

    for topic in topics():
        producer.produce(topic.name, b"again", b"key", partition=0, on_delivery=done(topic.name))
    assert producer.flush(SECONDS) == 0
    return found


def describe(options: dict[str, Any]) -> dict[str, bool]:
    admin = AdminClient(options)
    return {each.name: allowed(admin.list_topics(each.name, SECONDS).topics[each.name].error) for each in topics()}


def create(options: dict[str, Any]) -> dict[str, bool]:
    """They are there: who may create is told so."""
    admin, wanted = AdminClient(options), [NewTopic(each.name, each.partitions, 1) for each in topics()]
    answers = admin.create_topics(wanted, validate_only=True)
    return {name: of_future(answer, otherwise=KafkaError.TOPIC_ALREADY_EXISTS) for name, answer in answers.items()}


def alter(options: dict[str, Any]) -> dict[str, bool]:
    admin, found = AdminClient(options), dict[str, bool]()
    for topic in topics():
        entry = ConfigEntry("retention.ms", "-1", incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, topic.name, incremental_configs=[entry])
        [answer] = admin.incremental_alter_configs([resource], validate_only=True).values()
        found[topic.name] = of_future(answer)
    return found


def delete(options: dict[str, Any]) -> dict[str, bool]:
    admin = AdminClient(options)
    return {name: of_future(answer) for name, answer in admin.delete_topics(NAMES).items()}


NAMES = [each.name for each in topics()]
OPERATIONS: Mapping[str, Callable[[dict[str, Any]], dict[str, bool]]] = {
    "read": read, "write": write, "describe": describe, "create": create, "alter": alter, "delete": delete,
}  # fmt: skip
CASES = [
    (principal, operation)
    for operation in OPERATIONS
    for principal in EVERYBODY
    if (principal, operation) != (OPERATOR, "delete")  # it may, and they would be gone
]


def test_no_partner_is_given_a_restricted_topic() -> None:
    assert {each.name for each in RESTRICTED} >= {"referral.cases", "carousel.cases"}
    names = {each.name for each in RESTRICTED}
    assert {right.principal for right in rights(topics()) if right.name in names} <= set(SERVICES)
    assert not names & {right.name for right in rights_of_partner("newspaper", topics())}


def test_each_topic_is_written_by_the_service_that_publishes_it_alone() -> None:
    writers = {(right.name, right.principal) for right in rights(topics()) if right.operation == "WRITE"}
    assert writers == {(each.name, publisher(each)) for each in topics()}
    assert {publisher(each) for each in topics()} <= set(SERVICES)


def test_a_partner_reads_every_open_topic_in_groups_of_its_own() -> None:
    for each in OPEN:
        assert Right(PARTNER, "READ", "TOPIC", each.name) in rights_of_partner("newspaper", topics())
    groups = [right for right in rights_of_partner("newspaper", topics()) if right.kind == "GROUP"]
    assert groups == [Right(PARTNER, "READ", "GROUP", f"{PARTNER}.")]


@pytest.mark.durable
@pytest.mark.parametrize(("principal", "operation"), CASES)
async def test_every_topic_is_open_to_whom_it_must_be_and_to_nobody_else(
    guarded: Guarded, principal: str, operation: str
) -> None:
    found = await asyncio.to_thread(OPERATIONS[operation], guarded.options(principal))
    assert found == {each.name: may(principal, operation, each) for each in topics()}


@pytest.mark.durable
async def test_a_group_is_of_one_principal(guarded: Guarded) -> None:
    case, fact = RESTRICTED[0], OPEN[0]
    assert await guarded.read("reporting", case.name, f"reporting.{case.name}") == f"of {case.name}".encode()
    assert await guarded.read(PARTNER, fact.name, f"{PARTNER}.first") == f"of {fact.name}".encode()
    for principal, group in [
        (PARTNER, f"reporting.{fact.name}"),
        (PARTNER, "partner.other.first"),
        ("referral", "carousel.x"),
    ]:
        with pytest.raises(GroupAuthorizationFailedError):
            await guarded.read(principal, fact.name, group)


@pytest.mark.durable
async def test_a_wrong_password_and_no_password_get_nowhere(guarded: Guarded) -> None:
    right = guarded.access("referral")
    wrong = right.model_copy(update={"kafka_password_file": str(guarded.access("carousel").kafka_password_file)})
    plain = right.model_copy(update={"kafka_security_protocol": "PLAINTEXT"})
    nameless = right.model_copy(update={"kafka_security_protocol": "SSL"})
    for access in (wrong, plain, nameless):
        consumer = AIOKafkaConsumer(request_timeout_ms=3000, **connecting(guarded.servers, access))
        with pytest.raises(KafkaConnectionError):
            await consumer.start()
        await consumer.stop()


@pytest.mark.durable
async def test_rights_that_are_not_declared_any_more_are_withdrawn(guarded: Guarded) -> None:
    case, before = RESTRICTED[0].name, len(principals.standing(guarded.operator))
    left = [Right("*", "READ", "TOPIC", case), Right("training", "WRITE", "TOPIC", case)]
    principals.give(guarded.operator, left)
    await until(lambda: len(principals.standing(guarded.operator)) == before + 2)
    assert give_rights(guarded.operator) == before - 1  # the stranger's is nobody's business
    await until(lambda: len(principals.standing(guarded.operator)) == before)


@pytest.mark.durable
def test_no_secret_stands_on_a_command_line(guarded: Guarded) -> None:
    words = [read_secret(guarded.kafka.authority.password_file(each)) for each in PRINCIPALS]
    lines = [" ".join(_command_line(each)) for each in psutil.process_iter()]
    assert [line for line in lines if str(guarded.kafka.settings) in line]
    assert not [line for line in lines for word in words if word in line]
    assert not [word for word in words if word in guarded.kafka.log.read_text(encoding="utf-8")]


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "operator.password"
    file.write_text("secret", encoding="utf-8")
    for mode in (0o604, 0o644, 0o602, 0o640):
        file.chmod(mode)
        with pytest.raises(ReadableByOthers):
            connecting("127.0.0.1:1", KafkaAccess(kafka_password_file=str(file), kafka_ca_file=""))
    file.chmod(0o600)
    assert read_secret(file) == "secret"


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
