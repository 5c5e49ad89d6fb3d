"""A status tells whose fault it is: what a real database stumbles over is ours, what it cannot do now is nobody's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from deploy.local.tokens import token
from shared.http.application import create_app
from shared.http.auth import Role, TokenVerifier
from shared.http.authorization import allow
from shared.observability.health import Health
from shared.service.settings import Settings

SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - what must never stand in a log or an answer
OURS: dict[str, tuple[Any, ...]] = {
    "a day of the year 1": ("select current_date - $1::date", date.min),
    "a text that is no number": ("select $1::text::int", SECRET),
    "a division by zero": ("select 1 / $1::int", 0),
    "a NUL": ("select $1::text", f"{SECRET}\x00"),
    "a number that is too large for the driver": ("select $1::int", 2**40),
    "a text in place of a number": ("select $1::int", SECRET),
    "a table that is not there": (f'select * from "{SECRET}"',),
    "a constraint": ("insert into things values ($1)", None),
    "a function that raises": ("select pg_temp.nothing($1::text)", SECRET),
    "an index row that is too long": (
        "insert into things select string_agg(md5(n::text), '') from generate_series(1, $1::int) n",
        1000,
    ),
}
# Two statements in one transaction, with a pause between them, while somebody else holds a lock.
AWAY = {
    "a statement that takes too long": ("set local statement_timeout = 50", "select pg_sleep(10)"),
    "a lock that is held": ("set local lock_timeout = 50", "lock table held"),
    "a standby": ("set transaction read only", "insert into things values ('x')"),
    "a transaction that is idle": ("set local idle_in_transaction_session_timeout = 50", "select 1"),
    "a connection that is cut": ("select pg_terminate_backend(pg_backend_pid())", "select 1"),
}
# Errors of PostgreSQL that cannot be brought about here, raised by hand.
ANYTHING: dict[str, Exception] = {
    "key": KeyError(SECRET), "value": ValueError(SECRET), "recursion": RecursionError(SECRET),
    "group": ExceptionGroup(SECRET, [ValueError(SECRET)]), "file": FileNotFoundError(2, SECRET),
    "disk full": OSError(28, SECRET), "timed out": TimeoutError(SECRET), "reset": ConnectionResetError(104, SECRET),
}  # fmt: skip
STATES = {"53100": 503, "53200": 503, "53300": 503, "57P01": 503, "58030": 503, "40001": 503, "40P01": 503,
          "08006": 503, "22023": 500, "23505": 500, "42501": 500, "P0001": 500, "XX000": 500}  # fmt: skip


@pytest.fixture
async def client(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    await pool.execute("create table things (name text unique not null); create table held (n int)")
    settings = Settings()
    gate = TokenVerifier(tmp_path / "auth" / "jwks.json", settings.auth_issuer, settings.auth_audience)
    app = create_app("Any", gate, {}, Health())
    _add_routes(app, pool)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


def _add_routes(app: FastAPI, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    @app.post("/ours")
    async def ours(which: str) -> None:
        await pool.execute(*OURS[which])

    @app.post("/away")
    async def away(which: str) -> None:
        first, then = AWAY[which]
        async with holding(pool), pool.acquire() as connection, connection.transaction():
            await connection.execute(first)
            await asyncio.sleep(0.2)
            await connection.execute(then)

    @app.post("/state")
    async def state(which: str) -> None:
        await pool.execute(f"do $$ begin raise exception '{SECRET}' using errcode = '{which}'; end $$")

    @app.post("/closed")
    async def closed() -> None:
        async with pool.acquire() as connection:
            await connection.close()
            await connection.execute("select 1")

    @app.post("/anything")
    async def anything(which: str) -> None:
        raise ANYTHING[which]

    @app.get("/mine", dependencies=[allow(Role.FACILITATOR)])
    async def mine() -> None:
        return None


@asynccontextmanager
async def holding(pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[None]:
    """Somebody else holds a lock."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("lock table held")
        yield


async def asked(client: httpx.AsyncClient, path: str, which: str = "") -> int:
    """The status; nothing of the cause stands in the answer, and its class alone in the log."""
    with capture_logs() as logged:
        answer = await client.post(path, params={"which": which})
    [line] = [line for line in logged if line["event"] == "request failed"]
    assert line["ours"] is (answer.status_code == 500)
    assert SECRET not in answer.text + str(logged)
    assert set(line) == {"event", "log_level", "cause", "ours"}
    assert line["cause"].isidentifier()
    assert ("retry-after" in answer.headers) is (answer.status_code == 503)
    assert answer.json()["code"] == {500: "fault", 503: "unavailable"}[answer.status_code]
    return answer.status_code


@pytest.mark.parametrize("which", list(OURS))
async def test_what_our_own_sql_stumbles_over_is_our_fault_and_never_the_callers(
    client: httpx.AsyncClient, which: str
) -> None:
    assert await asked(client, "/ours", which) == 500


@pytest.mark.parametrize("which", list(AWAY))
async def test_what_the_database_cannot_do_now_can_be_asked_again(client: httpx.AsyncClient, which: str) -> None:
    assert await asked(client, "/away", which) == 503


@pytest.mark.parametrize("state", list(STATES))
async def test_an_error_is_told_by_its_kind(client: httpx.AsyncClient, state: str) -> None:
    assert await asked(client, "/state", state) == STATES[state]


async def test_a_connection_that_is_closed_can_be_asked_again(client: httpx.AsyncClient) -> None:
    assert await asked(client, "/closed") == 503


@pytest.mark.parametrize("which", list(ANYTHING))
async def test_what_nobody_foresaw_is_our_fault_unless_the_machine_cannot(
    client: httpx.AsyncClient, which: str
) -> None:
    assert await asked(client, "/anything", which) == (503 if which in {"disk full", "timed out", "reset"} else 500)


async def test_keys_that_were_never_read_are_our_fault_and_no_token_is(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    shown = {"Authorization": f"Bearer {token(Role.FACILITATOR, 'org-1', ['Oostende'], home=tmp_path)}"}
    keys = tmp_path / "auth" / "jwks.json"
    assert (await client.get("/mine", headers=shown)).status_code == 200
    assert (await client.get("/mine")).status_code == 401
    keys.rename(keys.with_suffix(".away"))
    assert (await client.get("/mine", headers=shown)).status_code == 200


async def test_without_keys_who_shows_a_token_is_asked_to_come_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/mine", headers={"Authorization": "Bearer a.b.c"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (await client.get("/mine")).status_code == 401
