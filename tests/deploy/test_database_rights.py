"""Who may do what in which database: every database x role x operation, on a real server with the services' tables."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local import keys
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres, owner_of, password_file
from deploy.services import SERVICES
from shared.eventstore.migrations import NotTheOwner, migrate, migrations_of
from shared.eventstore.ownership import hand_over, owning
from shared.eventstore.pool import SERVING, open_pool
from shared.observability.health import Health
from shared.service.declaration import Service
from shared.service.settings import Settings
from shared.service.wiring import Wiring, wired

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = {
    "connect": "select 1",
    "select": "select * from events limit 1",
    "insert": "insert into events (stream, version, type, data, meta, at) values ('x-1', 1, 'X', '{}', '{}', now())",
    "update events": "update events set type = 'Y'",
    "delete events": "delete from events",
    "truncate events": "truncate events",
    "alter events": "alter table events add column more int",
    "drop events": "drop table events",
    "forget a migration": "delete from schema_migrations",
    "work with checkpoints": "update consumer_checkpoints set sequence = sequence",
    "create table": "create table of_a_projection (n int)",
}
OF_A_SERVICE = {"connect", "select", "insert", "work with checkpoints", "create table"}
ROLES = [role for service in SERVICES for role in (service, owner_of(service))]


def service(name: str) -> Service:
    found: Service = import_module(f"services.{name}.app").SERVICE
    return found


@asynccontextmanager
async def wiring(server: Postgres, name: str, home: Path) -> AsyncIterator[Wiring]:
    """A service with its two roles, as a process wires it."""
    files = keys.environment(home)
    url, owner_url = server.url(name), server.url(owner_of(name), name)
    settings = Settings(
        database_url=SecretStr(url),
        database_owner_url=SecretStr(owner_url),
        people_keys_file=files["PEOPLE_KEYS_FILE"],
        roles=frozenset({"api"}),
    )
    async with open_pool(url, 3) as pool, owning(owner_url, pool) as owner:
        yield await wired(Wiring(settings, pool, FastAPI(), Health(), owner=owner), service(name).wire)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Postgres]:
    home = tmp_path_factory.mktemp("rights")
    home.chmod(0o755)
    server = Postgres(home, free_port())
    await server.start()
    for name in SERVICES:
        async with wiring(server, name, home):
            pass
    yield server
    await server.stop()


async def done(server: Postgres, role: str, database: str, statement: str) -> bool:
    """Whether a role may; nothing of it stays."""
    try:
        connection = await asyncpg.connect(server.url(role, database))
    except asyncpg.InsufficientPrivilegeError:
        return False
    try:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(statement)
        finally:
            await transaction.rollback()
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await connection.close()
    return True


def may(role: str, database: str, operation: str) -> bool:
    """The rule, in plain words."""
    if role == owner_of(database):
        return True
    return role == database and operation in OF_A_SERVICE


@pytest.mark.parametrize("database", SERVICES)
@pytest.mark.parametrize("role", ROLES)
async def test_every_database_is_open_to_its_two_roles_and_to_nobody_else(
    server: Postgres, role: str, database: str
) -> None:
    found = {each: await done(server, role, database, statement) for each, statement in OPERATIONS.items()}
    assert found == {each: may(role, database, each) for each in OPERATIONS}


async def test_what_a_service_may_not_alter_is_every_table_that_it_did_not_build(server: Postgres) -> None:
    for name in SERVICES:
        connection = await asyncpg.connect(server.url(name))
        rows = await connection.fetch("select tablename, tableowner from pg_tables where schemaname = 'public'")
        owners = {row["tablename"]: row["tableowner"] for row in rows}
        await connection.close()
        migrated = {"schema_migrations", "consumer_checkpoints", "dead_letters", "built"}
        assert {owners[each] for each in migrated} == {owner_of(name)}
        assert set(owners.values()) <= {name, owner_of(name)}


async def test_a_process_without_the_owner_applies_no_migration(server: Postgres, tmp_path: Path) -> None:
    (tmp_path / "0001-pre-more.sql").write_text("create table more_of_it (n int)", encoding="utf-8")
    later = migrations_of("more", tmp_path)
    async with open_pool(server.url("referral"), 1) as pool:
        with pytest.raises(NotTheOwner):
            await migrate(pool, [later])
        async with owning(server.url("referral_owner", "referral"), pool) as owner:
            await migrate(owner, [later])
            await hand_over(owner, pool, [later])
        await pool.execute("insert into more_of_it values (1)")
        assert await migrate(pool, [later]) == []


async def test_the_tables_of_an_earlier_release_are_taken_over(server: Postgres) -> None:
    """When the role of a service owned everything."""
    connection = await asyncpg.connect(server.url("postgres", "training"))
    for table in ("events", "schema_migrations", "dead_letters"):
        await connection.execute(f"alter table {table} owner to training")
    await connection.execute("alter function hold_appends() owner to training")
    await connection.close()
    assert await done(server, "training", "training", OPERATIONS["drop events"])
    async with wiring(server, "training", server.data.parent):
        pass
    found = {each: await done(server, "training", "training", statement) for each, statement in OPERATIONS.items()}
    assert found == {each: may("training", "training", each) for each in OPERATIONS}


async def test_sessions_of_a_service_have_their_limits(server: Postgres) -> None:
    async with open_pool(server.url("referral"), 1, SERVING) as pool:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
            assert await pool.fetchval(f"show {name}") not in {"0", ""}


async def test_a_password_is_rotated_while_the_pool_works(server: Postgres) -> None:
    """The file first, then the role: connections that are made meanwhile are tried again."""
    file = password_file("carousel")
    before = file.read_text(encoding="utf-8")
    administrator = await asyncpg.connect(server.url("postgres"))
    failed, stop = [], asyncio.Event()
    try:
        async with open_pool(server.url("carousel"), 4, SERVING) as pool:

            async def ask() -> None:
                while not stop.is_set():
                    try:
                        await pool.fetchval("select count(*) from events")
                        await pool.expire_connections()
                    except Exception as error:  # noqa: BLE001 - whatever it is, a request failed
                        failed.append(type(error).__name__)

            asking = [asyncio.create_task(ask()) for _ in range(3)]
            file.write_text("*:*:*:*:another-password\n", encoding="utf-8")
            await asyncio.sleep(0.3)
            await administrator.execute("alter role carousel password 'another-password'")
            await pool.expire_connections()
            for _ in range(20):
                await pool.fetchval("select 1")
                await pool.expire_connections()
            stop.set()
            await asyncio.gather(*asking)
        assert failed == []
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url("carousel"), password=before.strip().rpartition(":")[2])
    finally:
        stop.set()
        file.write_text(before, encoding="utf-8")
        await administrator.execute(f"alter role carousel password '{before.strip().rpartition(':')[2]}'")
        await administrator.close()


@pytest.mark.parametrize(
    ("url", "tls", "fine"),
    [
        ("postgresql://x@127.0.0.1:1/x", "verify-full", True),
        ("postgresql://x@[::1]:1/x", "verify-full", True),
        ("postgresql:///x?host=/run", "verify-full", True),
        ("postgresql://x@db.example/x", "verify-full", False),
        ("postgresql://x@db.example/x?sslmode=require", "verify-full", False),
        ("postgresql://x@db.example/x?sslmode=verify-full&sslrootcert=/ca.pem", "verify-full", True),
        ("postgresql://x@db.example/x", "off", True),
    ],
)
def test_another_machine_is_reached_by_verified_tls_unless_a_setting_says_otherwise(
    url: str, tls: str, fine: bool
) -> None:
    given = {"database_url": url, "database_tls": tls}
    if fine:
        Settings.model_validate(given)
        return
    with pytest.raises(ValueError, match="sslmode=verify-full") as refused:
        Settings.model_validate(given)
    assert "db.example/x" not in str(refused.value)


def test_no_variable_of_the_local_stack_holds_a_password() -> None:
    words = [password_file(each).read_text(encoding="utf-8").strip().rpartition(":")[2] for each in ROLES]
    assert not [name for name, value in os.environ.items() for word in words if word in value]
