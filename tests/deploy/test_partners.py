"""A partner that reads open topics comes by one command, and goes by one, at once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError

from shared.messaging.connection import connecting
from shared.secrets.files import read_secret
from tests.deploy.guarded import (
    AUTHORIZATION,
    OPEN,
    RESTRICTED,
    ROOT,
    SECONDS,
    Guarded,
)


@pytest.mark.durable
async def test_a_partner_comes_and_goes_by_one_command_each(guarded: Guarded, tmp_path: Path) -> None:
    file = tmp_path / "paper.password"
    said = await console(guarded, "add", "paper", "--file", str(file))
    assert "partner.paper" in said
    assert read_secret(file) not in said
    guarded.keep("partner.paper", read_secret(file))
    fact, case = OPEN[0].name, RESTRICTED[0].name
    assert await guarded.read("partner.paper", fact, "partner.paper.first") == f"of {fact}".encode()
    with pytest.raises(TopicAuthorizationFailedError):
        await guarded.read("partner.paper", case, "partner.paper.first")
    assert "paper" in (await console(guarded, "list")).split()
    async with opened(guarded, "partner.paper", fact) as consumer:
        assert await consumer.getone()
        await console(guarded, "remove", "paper")
        for each in consumer.assignment():
            consumer.seek(each, 0)
        with pytest.raises(AUTHORIZATION):  # on the connection that is open
            await ended(consumer)
    with pytest.raises(KafkaConnectionError):  # and on no other
        await guarded.read("partner.paper", fact, "partner.paper.first")
    assert "paper" not in (await console(guarded, "list")).split()
    assert "There is no partner paper." in await console(guarded, "remove", "paper", code=1)


@pytest.mark.durable
async def test_a_password_is_shown_once_and_the_example_reads(guarded: Guarded, tmp_path: Path) -> None:
    said = await console(guarded, "add", "radio")
    password = said.splitlines()[0].rpartition(" ")[2]
    file = tmp_path / "partner.radio.password"
    file.write_text(password, encoding="utf-8")
    program = said.partition("confluent-kafka):\n")[2]
    lines = "\n".join(line[2:] for line in program.splitlines())
    lines = lines.replace("print(message.topic(), message.key(), message.value())", "raise SystemExit(message.topic())")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", lines, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(SECONDS):
        _, errors = await process.communicate()
    assert errors.decode().split()[0] in {each.name for each in OPEN}
    await console(guarded, "remove", "radio")


def opened(guarded: Guarded, principal: str, topic: str) -> AIOKafkaConsumer:
    options = connecting(guarded.servers, guarded.access(principal))
    return AIOKafkaConsumer(topic, group_id=f"{principal}.open", auto_offset_reset="earliest", **options)


async def ended(consumer: AIOKafkaConsumer) -> None:
    """Read until it may not."""
    async with asyncio.timeout(SECONDS):
        while True:
            await consumer.getone()


async def console(guarded: Guarded, *arguments: str, code: int = 0) -> str:
    """`python -m deploy.kafka partner ...` as the operator types it."""
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": guarded.servers}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.kafka", "partner", *arguments),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == code, said.decode()
    return said.decode()
