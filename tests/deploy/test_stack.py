"""A stack lives: what dies is started again, and at the end no process stays behind."""

from __future__ import annotations

import asyncio
import signal

import pytest

from deploy.local.issuer import people
from deploy.services import PORTS
from shared.http.auth import Role
from tests.browsers import chromium, needs_chromium
from tests.deploy.conftest import House

READY = {"postgres": "ready on", "kafka": "ready on", "issuer": "ready on"} | dict.fromkeys(PORTS, "ready on")


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
        ("issuer", "deploy.local.issuer", "ready on"),
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


def test_there_is_somebody_of_every_role_and_somebody_without_one() -> None:
    assert {each.get("role") for each in people().values()} == {*Role, None}


@needs_chromium
async def test_a_browser_signs_in_to_every_service_of_it(house: House) -> None:
    process = await up(house)
    assert all(name in house.last["sign"] for name in people())
    async with chromium() as browser:
        page = await browser.new_page(locale="en")
        await page.goto(f"http://127.0.0.1:{house.environment['REFERRAL_PORT']}/")
        for nth in range(len(PORTS)):
            await page.locator("nav a").nth(nth).click()
            await page.click("a.button")
            await page.click("button[value='coordinator-oostende']")
            await page.wait_for_selector("text=Who am I?")
            assert "coordinator" in await page.inner_text("dl")
        names = {each["name"] for each in await page.context.cookies() if each["name"].endswith("-session")}
        assert names == {f"__Host-{name}-session" for name in PORTS}
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        await process.communicate()
