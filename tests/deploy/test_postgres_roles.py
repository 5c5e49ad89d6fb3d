"""deploy/postgres/roles.sh on a real server: a role and a database for each service, closed to the others."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local import postgres as local
from deploy.local.ports import free_port
from deploy.services import SERVICES

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "postgres" / "roles.sh"
PASSWORDS = {f"{name.upper()}_PASSWORD": f"it's {name}'s" for name in SERVICES} | {
    f"{name.upper()}_OWNER_PASSWORD": f"it's the owner of {name}'s" for name in SERVICES
}


class Bare(local.Postgres):
    """A server without any role of ours."""

    async def _give_each_service_its_own(self) -> None:
        await (await self._connect()).close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Bare]:
    server = Bare(tmp_path, free_port())
    await server.start()
    yield server
    await server.stop()


async def run(server: Bare, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {
        **passwords,
        "PATH": f"{local.binary('psql').parent}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": local.password_of("postgres"),
    }
    return await asyncio.to_thread(
        subprocess.run, ["sh", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False
    )


async def enter(server: Bare, role: str, database: str, password: str) -> str:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user=role, database=database, password=password
    )
    await connection.execute(f"create schema if not exists of_{role}")
    await connection.close()
    return "in"


async def test_each_service_enters_its_own_database_and_no_other(server: Bare) -> None:
    for _ in ("first", "again"):
        done = await run(server, PASSWORDS)
        assert done.returncode == 0, done.stderr
    for name in SERVICES:
        assert await enter(server, name, name, f"it's {name}'s") == "in"
        assert await enter(server, f"{name}_owner", name, f"it's the owner of {name}'s") == "in"
    for database in ("reporting", "postgres"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await enter(server, "referral", database, "it's referral's")


async def test_a_password_changes_when_it_is_run_again(server: Bare) -> None:
    assert (await run(server, PASSWORDS)).returncode == 0
    assert (await run(server, PASSWORDS | {"REFERRAL_PASSWORD": "another"})).returncode == 0
    assert await enter(server, "referral", "referral", "another") == "in"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await enter(server, "referral", "referral", "it's referral's")


async def test_a_missing_password_is_said(server: Bare) -> None:
    done = await run(server, {name: word for name, word in PASSWORDS.items() if name != "TRAINING_PASSWORD"})
    assert done.returncode != 0
    assert "TRAINING_PASSWORD" in done.stderr
