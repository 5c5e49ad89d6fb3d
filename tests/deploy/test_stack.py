"""A stack lives: what dies is started again, and at the end no process stays behind."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.deploy.conftest import House

READY = {"postgres": "ready on", "kafka": "ready on", "referral": "ready on", "reporting": "ready on"}


async def up(house: House) -> asyncio.subprocess.Process:
    """`up`, once every part has said it is ready."""
    process = await house.start("up")
    for part, words in READY.items():
        await house.hear(process, part, words)
    return process


@pytest.mark.durable
async def test_what_dies_is_started_again_and_ctrl_c_leaves_nothing(house: House) -> None:
    process = await up(house)
    for part, command, words in (
        ("referral", "services.referral", "ready on"),
        ("postgres", "bin/postgres", "ready on"),
        ("kafka", "kafka.Kafka", "ready on"),
    ):
        before = house.of(command)
        before.kill()
        await house.hear(process, part, "ended with exit -9")
        await house.hear(process, part, words)
        assert house.of(command).pid != before.pid
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        await process.communicate()
    assert process.returncode == 130
    assert house.left() == []


async def test_down_stops_what_runs_and_what_a_killed_stack_left(house: House) -> None:
    process = await up(house)
    process.kill()
    await process.wait()
    assert house.left() != []
    assert await house.say("down") == (0, "Stopped.\n")
    assert house.left() == []
    assert await house.say("down") == (0, "Nothing was running.\n")
