"""How long an answer is kept for its key, under which keys, and how it is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from shared.eventstore import idempotency
from shared.eventstore.migrations import migrate
from shared.http.idempotency_key import IdempotencyKeys
from tests.shared.boxes import Desk, Drawn, opened
from tests.shared.test_idempotency import WAYS, key, told

WEEK = timedelta(days=7)


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(pool, tmp_path) as desk:
        yield desk


async def kept(desk: Desk) -> int:
    found: int = await desk.store.pool.fetchval("select count(*) from idempotency_keys")
    return found


async def aged(desk: Desk, days: float) -> None:
    """Everything that is kept was kept so many days earlier."""
    await desk.store.pool.execute("update idempotency_keys set at = at - make_interval(secs => $1)", days * 86_400)


async def test_an_answer_is_kept_for_as_long_as_is_said_and_then_goes(desk: Desk) -> None:
    keys = [key() for _ in range(50)]
    for each in keys:
        await desk.ask("/boxes/b-1/tickets", each)
    await aged(desk, 6.99)
    assert "idempotent-replayed" in (await desk.ask("/boxes/b-1/tickets", keys[0])).headers
    await aged(desk, 0.02)
    assert "idempotent-replayed" not in (await desk.ask("/boxes/b-1/tickets", keys[0])).headers
    assert "idempotent-replayed" in (await desk.ask("/boxes/b-1/tickets", keys[0])).headers
    assert await kept(desk) == 50 - 20
    await desk.ask("/boxes/b-1/tickets", key())
    await desk.ask("/boxes/b-1/tickets", key())
    assert await kept(desk) == 3
    assert (await desk.events("b-1"))[-1] == Drawn(nth=53)


async def test_what_nobody_asks_for_again_is_purged_in_small_batches(desk: Desk) -> None:
    for nth in range(7):
        await desk.ask("/boxes/b-1/tickets", f"k-{nth}")
    await aged(desk, 8)
    async with desk.store.pool.acquire() as connection:
        assert await idempotency.purge(connection, timedelta(days=9), 3) == 0
        assert [await idempotency.purge(connection, WEEK, 3) for _ in range(4)] == [3, 3, 1, 0]


async def test_the_task_purges_without_any_request(desk: Desk) -> None:
    for nth in range(3):
        await desk.ask("/boxes/b-1/tickets", f"k-{nth}")
    await aged(desk, 8)
    task = asyncio.create_task(idempotency.purge_hourly(desk.store.pool, WEEK))
    async with asyncio.timeout(120):
        while await kept(desk):
            await asyncio.sleep(0.02)
    task.cancel()


async def test_who_erases_a_person_forgets_the_answers_about_him(desk: Desk) -> None:
    for box in ("b-1", "b-2", "b-3"):
        await desk.ask(f"/boxes/{box}/tickets", f"k-{box}")
    async with desk.store.pool.acquire() as connection:
        assert await idempotency.forget(connection, ["box-b-1", "box-b-3", "box-b-4"]) == 2
    assert await desk.store.pool.fetchval("select stream from idempotency_keys") == "box-b-2"


@pytest.mark.parametrize("way", ["created", "something new to whoever asks", "the same in public"])
async def test_keys_are_rotated_and_what_was_answered_under_an_older_one_is_answered_again(
    pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path, way: str
) -> None:
    path, body, public = WAYS[way]
    file, same, later = tmp_path / "people.keys", key(), key()
    old, new, other = (Fernet.generate_key() for _ in range(3))

    async def asked(lines: list[bytes], sent: str) -> httpx.Response:
        file.touch(0o600)
        file.write_bytes(b"\n".join(lines))
        async with opened(pool, tmp_path, IdempotencyKeys.of_file(file, WEEK)) as desk:
            return await desk.ask(path, sent, body, public=public)

    first = await asked([old], same)
    for lines in ([old], [new, old], [other, new, old]):
        again = await asked(lines, same)
        assert told(again) == told(first)
        assert again.headers["idempotent-replayed"] == "true"
    of_new = await asked([new, old], later)
    assert told(await asked([new], later)) == told(of_new)
    assert "idempotent-replayed" not in (await asked([new], same)).headers


async def test_a_table_of_an_earlier_version_is_emptied_of_its_digests(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await pool.execute("create table answers (caller text, key text, fingerprint text, status integer, body jsonb)")
    await pool.execute("insert into answers values ('worker-1', 'k', 'f', 200, '{}')")
    await migrate(pool, [idempotency.MIGRATIONS])
    assert await pool.fetchval("select count(*) from answers") == 0
    await migrate(pool, [idempotency.MIGRATIONS], "post")
    assert await pool.fetchval("select to_regclass('answers')") is None
