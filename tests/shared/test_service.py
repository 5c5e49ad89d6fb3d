"""A service wired from its parts consumes, decides, publishes, and reports its health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI
from pydantic import SecretStr
from structlog.testing import capture_logs

from shared.domain.messages import Meta
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.pool import SERVING, open_pool
from shared.messaging.cloudevents import Position, Topic, headers
from shared.messaging.connection import connecting
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.messaging.topics import create_topics
from shared.observability.health import Health, running
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of
from tests.shared.counting import COUNTED, Counted, CountPublished, publish_on, topic

NOW = datetime(2026, 1, 1, tzinfo=UTC)
META = Meta(by="echo", correlation_id="test")


def settings(database_url: str, bootstrap_servers: str) -> Settings:
    return Settings(database_url=SecretStr(database_url), kafka_bootstrap_servers=bootstrap_servers)


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


async def until_ready(client: httpx.AsyncClient) -> dict[str, str]:
    async with asyncio.timeout(120):
        while (answer := await client.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.05)
    parts: dict[str, str] = answer.json()
    return parts


async def echo(store: EventStore, connection: Connection, received: Sequence[ReceivedMessage]) -> None:
    for each in received:
        assert isinstance(each.message, CountPublished)
        await store.append(connection, each.envelope.subject, 0, [Counted(n=each.message.n + 1)], META, NOW)


async def test_a_service_publishes_what_its_policy_makes_of_a_message(
    database_url: str, bootstrap_servers: str
) -> None:
    incoming, outgoing = topic(), replace(topic(), source="/carrousel/echo")

    async def wire(service: Wiring) -> None:
        store = await service.add_event_store([COUNTED])
        service.add_outbox_relay(store, publish_on(outgoing), outgoing)
        service.add_consumer(Inbox("echo", incoming, lambda connection, received: echo(store, connection, received)))

    async with opened(application_of("Echo", settings(database_url, bootstrap_servers), {}, wire)) as client:
        parts = await until_ready(client)
        assert parts == dict.fromkeys(
            ["database", "kafka", "tokens", "relay", "appends", f"echo.{incoming.name}"], "healthy"
        )
        await say(bootstrap_servers, incoming, CountPublished(n=41))
        assert await first(bootstrap_servers, outgoing) == CountPublished(n=42)


async def say(servers: str, where: Topic, message: CountPublished) -> None:
    async with AIOKafkaProducer(**connecting(servers)) as producer:
        sealed = headers(where, message, "s", Position(1, 0), NOW)
        await producer.send_and_wait(where.name, message.model_dump_json().encode(), key=b"s", headers=sealed)


async def first(servers: str, where: Topic) -> CountPublished:
    async with AIOKafkaConsumer(where.name, **connecting(servers), auto_offset_reset="earliest") as consumer:
        record = await asyncio.wait_for(consumer.getone(), 120)
    return CountPublished.model_validate_json(record.value)


async def test_a_topic_that_breaks_its_contract_is_incoming_and_nothing_is_sent_there(
    database_url: str, bootstrap_servers: str
) -> None:
    found = topic()
    await create_topics(bootstrap_servers, [found])
    other = replace(found, partitions=1)

    async def wire(service: Wiring) -> None:
        service.add_outbox_relay(await service.add_event_store([COUNTED]), publish_on(other), other)

    async with opened(application_of("Echo", settings(database_url, bootstrap_servers), {}, wire)) as client:
        async with asyncio.timeout(120):
            while not (incoming := (await client.get("/health/ready")).json()["relay"]).startswith("It has ended"):
                await asyncio.sleep(0.05)
        assert incoming == "It has ended (ValueError); start this process again."


async def dies() -> None:
    raise LookupError


async def ends() -> None:
    return


async def cancels_itself() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize(("task", "cause"), [(dies, "LookupError"), (ends, "returned"), (cancels_itself, "cancelled")])
async def test_a_task_that_ends_is_logged_and_makes_its_process_unready(task: Any, cause: str) -> None:
    health = Health()
    with capture_logs() as lines:
        async with running(health, {"relay": task}), asyncio.timeout(120):
            while not health.ended:
                await asyncio.sleep(0)
    assert await health.report() == {"relay": f"It has ended ({cause}); start this process again."}
    assert lines == [{"event": "task ended", "task": "relay", "cause": cause, "log_level": "error"}]


async def test_a_graceful_end_is_no_fault() -> None:
    health = Health()
    with capture_logs() as lines:
        async with running(health, {"relay": asyncio.Event().wait}):  # type: ignore[dict-item]
            await asyncio.sleep(0)
    assert (health.ended, lines) == ({}, [])


async def test_a_task_that_does_not_end_is_asked_twice_and_left() -> None:
    asked, let_go = 0, asyncio.Event()

    async def lingers() -> None:
        nonlocal asked
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                asked += 1

    async def finishes() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)
            finished.set()

    finished = asyncio.Event()
    with capture_logs() as lines:
        async with running(Health(), {"relay": lingers, "ledger": finishes}, patience=(0.1, 0.05)):
            await asyncio.sleep(0)
    let_go.set()
    assert finished.is_set()
    assert asked == 2
    assert lines == [{"event": "task abandoned", "task": "relay", "log_level": "error"}]


async def test_who_never_gives_a_connection_back_is_cut_off(database_url: str) -> None:
    with capture_logs() as lines:
        async with open_pool(database_url, 2) as pool:
            kept = await pool.acquire()
            await kept.execute("create table kept (n int)")
            begun = kept.transaction()
            await begun.start()
            await kept.execute("insert into kept values (1)")
    assert [line["event"] for line in lines] == ["connections cut off"]
    async with open_pool(database_url, 1) as pool:
        assert await pool.fetchval("select count(*) from kept") == 0


async def test_no_session_of_a_service_holds_others_up_for_long(database_url: str) -> None:
    async with open_pool(database_url, 1, SERVING | {"idle_in_transaction_session_timeout": "100"}) as pool:
        for name, value in SERVING.items():
            shown = await pool.fetchval("select setting from pg_settings where name = $1", name)
            assert shown == ("100" if name.startswith("idle") else value)
        with pytest.raises((asyncpg.InterfaceError, asyncpg.PostgresError)):
            await _idle(pool)
    async with open_pool(database_url, 1) as pool:
        assert await pool.fetchval("show statement_timeout") == "0"


async def _idle(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select 1")
        await asyncio.sleep(0.5)
        await connection.execute("select 1")


async def test_a_database_that_does_not_answer_is_incoming(database_url: str, bootstrap_servers: str) -> None:
    async def wire(service: Wiring) -> None:
        await service.pool.close()

    async with opened(application_of("Shut", settings(database_url, bootstrap_servers), {}, wire)) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, "It does not answer (InterfaceError).")
