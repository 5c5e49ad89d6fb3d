"""The health checks of the database and the broker."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from shared.eventstore.migrations import migrations_of
from shared.messaging.connection import connecting
from shared.observability.health import HealthCheck, Unhealthy, asked

MIGRATIONS = migrations_of("health", Path(__file__).parent / "sql")
_SELDOM_SECONDS = 5.0
_IDLE_SECONDS = 5.0
_WRITE = "insert into written (at) values (now()) on conflict (one) do update set at = excluded.at"
# A full disk still takes a row where there is room in a page; what is sorted outside memory needs room of its own.
_FILL = "select count(*) from (select from generate_series(1, 5000) n order by md5(n::text) offset 0) sorted"
_HOLDS = """
select pid, extract(epoch from clock_timestamp() - state_change)::int as seconds
from pg_locks join pg_stat_activity using (pid)
where locktype = 'advisory' and granted and classid = 0 and objid = 7226001 and objsubid = 1
  and pg_locks.database = (select oid from pg_database where datname = current_database())
  and state like 'idle in transaction%' and clock_timestamp() - state_change > make_interval(secs => $1)
order by state_change limit 1
"""


def seldom(check: HealthCheck, seconds: float | None = None) -> HealthCheck:
    """The same check, made at most once in `seconds` (five unless given) however often it is read."""
    apart = _SELDOM_SECONDS if seconds is None else seconds
    one_asks = asyncio.Lock()
    asked_at, known = float("-inf"), None

    async def read() -> Unhealthy | None:
        nonlocal asked_at, known
        async with one_asks:
            if time.monotonic() - asked_at >= apart:
                known, asked_at = await asked(check), time.monotonic()
            return known

    return read


def database(pool: asyncpg.Pool[asyncpg.Record]) -> HealthCheck:
    """Whether the database takes a row within two seconds and has room for more."""

    async def check() -> Unhealthy | None:
        try:
            async with asyncio.timeout(2), pool.acquire() as connection, connection.transaction():
                await connection.execute("set local work_mem = '64kB'")
                await connection.execute(_WRITE)
                await connection.execute(_FILL)
        except asyncpg.DiskFullError:
            return Unhealthy("disk-full")
        except asyncpg.ReadOnlySQLTransactionError:
            return Unhealthy("read-only")
        except asyncpg.PostgresSystemError as error:
            return Unhealthy("cannot-write", {"cause": type(error).__name__})
        return None

    return seldom(check)


def appends(pool: asyncpg.Pool[asyncpg.Record]) -> HealthCheck:
    """Whether a transaction delays the relay: one that appended, and has been idle for five seconds."""

    async def check() -> Unhealthy | None:
        async with asyncio.timeout(2):
            row = await pool.fetchrow(_HOLDS, _IDLE_SECONDS)
        return Unhealthy("idle-transaction", {"pid": row["pid"], "seconds": row["seconds"]}) if row else None

    return seldom(check, 1.0)


def kafka(bootstrap_servers: str) -> HealthCheck:
    """Whether the broker answers within two seconds."""
    return seldom(partial(_ask_broker, bootstrap_servers))


async def _ask_broker(bootstrap_servers: str) -> None:
    async with asyncio.timeout(2), AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(**connecting(bootstrap_servers))
        stack.push_async_callback(admin.close)
        await admin.start()
