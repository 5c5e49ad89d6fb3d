"""A process does the roles it is given, and no other; together they do what one process does."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr, ValidationError

from shared.messaging.cloudevents import Topic
from shared.messaging.inbox import Inbox
from shared.service.settings import Role, Settings, settings_of
from shared.service.wiring import Wire, Wiring, application_of
from tests.shared.counting import COUNTED, Counted, CountPublished, publish_on, topic
from tests.shared.test_service import META, NOW, echo, first, opened, say, until_ready

ALL: tuple[Role, ...] = ("api", "relay", "consumer")


def test_a_process_does_everything_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLES", raising=False)
    assert Settings().roles == set(ALL)
    assert Settings().host == "127.0.0.1"


def test_roles_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLES", "relay, api")
    assert Settings().roles == {"relay", "api"}


@pytest.mark.parametrize("roles", ["", "api,projector"])
def test_no_role_or_one_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch, roles: str) -> None:
    monkeypatch.setenv("REFERRAL_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("REFERRAL_PORT", "1")
    monkeypatch.setenv("ROLES", roles)
    with pytest.raises(ValidationError, match="roles"):
        settings_of("referral")


def echoing(incoming: Topic, outgoing: Topic) -> Wire:
    """A service that consumes a number, publishes the next, and takes one by HTTP too."""

    async def wire(service: Wiring) -> None:
        store = await service.add_event_store([COUNTED])
        service.add_outbox_relay(store, publish_on(outgoing), outgoing)
        service.add_consumer(Inbox("echo", incoming, lambda connection, received: echo(store, connection, received)))
        router = APIRouter()

        @router.post("/count")
        async def count() -> None:
            async with store.transaction() as connection:
                await store.append(connection, "by-http", 0, [Counted(n=7)], META, NOW)

        service.add_routes(router)

    return wire


def playing(role: Role, url: str, servers: str) -> Settings:
    settings = Settings(database_url=SecretStr(url), kafka_bootstrap_servers=servers)
    return settings.model_copy(update={"roles": frozenset[Role]([role])})


@pytest.fixture
def echo_topics() -> tuple[Topic, Topic]:
    return topic(), replace(topic(), source="/carrousel/echo")


async def test_each_role_answers_for_its_own_part_only(
    database_url: str, bootstrap_servers: str, echo_topics: tuple[Topic, Topic]
) -> None:
    incoming, outgoing = echo_topics
    parts, answers = {}, {}
    for role in ALL:
        app = application_of("Echo", playing(role, database_url, bootstrap_servers), {}, echoing(incoming, outgoing))
        async with opened(app) as client:
            parts[role] = set(await until_ready(client))
            answers[role] = (await client.post("/count")).status_code
    assert parts == {
        "api": {"database", "tokens"},
        "relay": {"database", "kafka", "relay", "appends"},
        "consumer": {"database", "kafka", f"echo.{incoming.name}"},
    }
    assert answers == {"api": 200, "relay": 404, "consumer": 404}


@pytest.mark.parametrize("way", ["http", "kafka"])
async def test_three_processes_of_one_role_each_do_the_work_of_one(
    database_url: str, bootstrap_servers: str, echo_topics: tuple[Topic, Topic], way: str
) -> None:
    incoming, outgoing = echo_topics
    clients: dict[Role, httpx.AsyncClient] = {}
    async with AsyncExitStack() as running:
        for role in ALL:
            settings = playing(role, database_url, bootstrap_servers)
            client = await running.enter_async_context(
                opened(application_of("Echo", settings, {}, echoing(incoming, outgoing)))
            )
            await until_ready(client)
            clients[role] = client
        if way == "http":
            assert (await clients["api"].post("/count")).status_code == 200
        else:
            await say(bootstrap_servers, incoming, CountPublished(n=41))
        assert await first(bootstrap_servers, outgoing) == CountPublished(n=7 if way == "http" else 42)


async def test_the_api_wakes_a_relay_in_another_process(
    database_url: str, bootstrap_servers: str, echo_topics: tuple[Topic, Topic]
) -> None:
    notified = asyncio.Event()
    listener = await asyncpg.connect(database_url)
    await listener.add_listener("events", lambda *_: notified.set())
    app = application_of("Echo", playing("api", database_url, bootstrap_servers), {}, echoing(*echo_topics))
    async with opened(app) as client, asyncio.timeout(120):
        await client.post("/count")
        await notified.wait()
    await listener.close()
