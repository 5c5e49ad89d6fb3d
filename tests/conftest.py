"""Real servers for every test: a schema of its own in PostgreSQL, topics of its own in Kafka."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from shared.pool import open_pool
from tests.disks import mounted


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A folder of this run's own: servers under another account reach into it, and every run closes the usual one."""
    if config.option.basetemp is None:
        config.option.basetemp = str(Path(tempfile.mkdtemp(prefix="carrousel-")) / "tests")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """After a failure the logs stay."""
    folder = Path(session.config.option.basetemp).parent
    if not exitstatus and folder.name.startswith("carrousel-"):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Kafka's jars the broker forgets on exit: what needs one that remembers is skipped by name."""
    for item in items if os.environ.get("KAFKA_FORGETS") else ():
        if item.get_closest_marker("durable"):
            item.add_marker(pytest.mark.skip(reason="needs a broker that remembers, and Kafka's jars are not here"))


@asynccontextmanager
async def empty_database(service: str = "referral") -> AsyncIterator[str]:
    """The database of a service, empty, as a schema that goes at the end; two relays need two databases."""
    url = os.environ[f"{service.upper()}_DATABASE_URL"]
    schema = f"t_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"create schema {schema}")
    yield f"{url}{'&' if '?' in url else '?'}search_path={schema}"
    await connection.execute(f"drop schema {schema} cascade")
    await connection.close()


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """A database that is empty, for one test."""
    async with empty_database() as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    """Connections to that empty database."""
    async with open_pool(database_url, 20) as pool:
        yield pool


@pytest.fixture
def bootstrap_servers() -> str:
    """The broker that runs for the tests."""
    return os.environ["KAFKA_BOOTSTRAP_SERVERS"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 MB that can be filled, where this machine lets us have one."""
    with mounted(tmp_path / "small", 200) as folder:
        yield folder
