"""The databases of the release before, with a whole synthetic history in them, are taken over with equal figures.

`release_1/` holds what `pg_dump` gave of a demo's four databases, its key for names, and the figures it read back.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.drive import Services
from deploy.local.figures import checked
from deploy.local.found import Reported, read_back
from deploy.local.history import period
from deploy.local.postgres import binary
from deploy.local.services import Service
from deploy.local.stack import stores
from deploy.local.supervision import kept_running
from deploy.services import SERVICES, variable

ROOT = Path(__file__).resolve().parents[2]
DUMP = Path(__file__).with_name("release_1")
OF_THEN = "select count(*) from events"


def nothing(_: str, __: str) -> None:
    """What is said of the parts, nobody reads."""


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Mapping[str, str]]:
    """PostgreSQL with the restored databases, and an empty Kafka."""
    home = tmp_path
    home.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            *(variable(each, f"database_{what}") for each in SERVICES for what in ("url", "owner_url")),
            "KAFKA_BOOTSTRAP_SERVERS",
        ):
            patch.delenv(name, raising=False)
        async with stores(ROOT, home, nothing) as found:
            environment = dict(found) | {"PEOPLE_KEYS_FILE": _own(DUMP / "people.keys", home)}
            for name in SERVICES:
                await asyncio.to_thread(_restored, name, environment[variable(name, "database_url")])
            for name, value in environment.items():
                patch.setenv(name, value)
            yield environment | {"home": str(home)}


def _own(file: Path, home: Path) -> str:
    """A copy that nobody else may read."""
    copied = Path(shutil.copy(file, home))
    copied.chmod(0o600)
    return str(copied)


def _restored(name: str, url: str) -> None:
    sql = gzip.decompress((DUMP / f"{name}.sql.gz").read_bytes())
    done = subprocess.run(  # noqa: S603 - psql of the PostgreSQL that runs here
        [binary("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", url], input=sql, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]


async def counted(environment: Mapping[str, str], query: str) -> dict[str, int]:
    """What a query counts in each database that decides."""
    found = {}
    for name in ("referral", "carousel", "training"):
        connection = await asyncpg.connect(environment[variable(name, "database_url")])
        found[name] = int(await connection.fetchval(query))
        await connection.close()
    return found


async def test_everything_is_kept_every_figure_is_equal_and_what_is_no_longer_used_goes(
    stack: Mapping[str, str],
) -> None:
    before = await counted(stack, OF_THEN)
    expected: dict[str, Any] = json.loads((DUMP / "figures.json").read_text(encoding="utf-8"))
    asked, (since, until) = checked(expected), period(expected)
    home = Path(stack["home"])
    started = [Service(name, ROOT, home, stack, nothing) for name in SERVICES]
    async with kept_running(started, nothing):
        await asyncio.gather(*(each.wait_ready(300) for each in started))

        def equal(found: Reported) -> bool:
            return read_back(asked, found, 0) == expected

        services = Services(asked.everywhere)
        found = await asyncio.to_thread(services.found_once, equal, since, until)
        assert read_back(asked, found, 0) == expected
    assert await counted(stack, OF_THEN) == before
    assert all(before.values())
    assert await counted(stack, "select count(*) from schema_migrations where name like '%-pre-%'")
    await _nothing_is_left_of_what_only_that_release_used(stack)


async def _nothing_is_left_of_what_only_that_release_used(stack: Mapping[str, str]) -> None:
    """Once somebody says that no older process runs."""
    old = "select count(*) from pg_tables where tablename in ('followers', 'answers')"
    assert await counted(stack, old) == {"referral": 2, "carousel": 2, "training": 2}
    for name in SERVICES:
        command = [sys.executable, "-m", f"services.{name}", "migrate", "--post"]
        done = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
        said, _ = await done.communicate()
        assert (done.returncode, said.decode().splitlines()[-1]) == (0, "Nothing is pending.")
    assert await counted(stack, old) == dict.fromkeys(("referral", "carousel", "training"), 0)
