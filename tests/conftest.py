"""Real servers for every test: a schema of its own in PostgreSQL, topics of its own in Kafka."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from prometheus_client import REGISTRY

from shared.eventstore.pool import open_pool
from tests.disks import mounted
from tests.servers import SERVERS, forget_owners, lent

_ALWAYS = settings(
    deadline=None,  # a busy machine is not a fault
    database=None,  # what failed before is pinned by @example, not remembered by one machine
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
_PARALLEL = "PYTEST_XDIST_WORKER" in os.environ
settings.register_profile("test", _ALWAYS, derandomize=True, max_examples=100)
settings.register_profile("search", _ALWAYS, derandomize=False, max_examples=300)
settings.register_profile(  # a mutant is dead at the first failure, however long the example
    "mutants", _ALWAYS, derandomize=True, max_examples=50, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("test")  # --hypothesis-profile chooses another


def pytest_addoption(parser: pytest.Parser) -> None:
    """The seed of all other chance: the same in every run of `make test`, a fresh one in `make search`."""
    parser.addoption("--seed", default="0", help="seed of python's random, per test (default 0)")


def pytest_report_header(config: pytest.Config) -> str:
    """Say the seeds, so that a failing run can be run again."""
    return f"chance: --seed={config.getoption('--seed')}, hypothesis profile {settings.get_current_profile_name()}"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A run has a folder of its own, and a worker of a parallel run servers of its own.

    Servers under another account reach into that folder; the usual one is closed by every run that starts.
    """
    if config.option.basetemp is None:
        config.option.basetemp = str(Path(tempfile.mkdtemp(prefix="carrousel-")) / "tests")
    if not _PARALLEL:
        forget_owners()
        return
    if SERVERS in os.environ and os.environ["PYTEST_XDIST_WORKER_COUNT"] != "1":
        raise pytest.UsageError(f"{SERVERS} names a broker, which only one worker can have: WORKERS=1")
    holding = ExitStack()
    config.add_cleanup(holding.close)
    holding.enter_context(lent())
    forget_owners()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """After a failure the logs stay."""
    folder = Path(session.config.option.basetemp).parent
    if not exitstatus and folder.name.startswith("carrousel-"):
        shutil.rmtree(folder, ignore_errors=True)


def _seed_of(request: pytest.FixtureRequest) -> str:
    """The same in a parallel run, whose names of tests end with that of their group."""
    group = request.node.get_closest_marker("xdist_group")
    name = request.node.nodeid.removesuffix(f"@{group.args[0]}") if group else request.node.nodeid
    return f"{request.config.getoption('--seed')} {name}"


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    random.seed(_seed_of(request))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance of a test's own, from --seed and the test's name."""
    return random.Random(_seed_of(request))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what this machine cannot run; in a parallel run, whole stacks share one worker, and so do files."""
    for item in items:
        if os.environ.get("KAFKA_FORGETS") and item.get_closest_marker("durable"):
            item.add_marker(pytest.mark.skip(reason="needs a broker that remembers, and Kafka's jars are not here"))
        if _PARALLEL:
            folder, file = item.path.parent.name, item.path.name
            group = "stacks" if folder == "deploy" or file == "test_whole.py" else f"{folder}-{file}"
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def no_idempotency_key_was_ignored() -> Iterator[None]:
    """Whatever a test writes over HTTP under a key is kept under it."""
    before = REGISTRY.get_sample_value("carrousel_idempotency_keys_ignored_total") or 0
    yield
    assert (REGISTRY.get_sample_value("carrousel_idempotency_keys_ignored_total") or 0) == before


def under_a_key(method: str, key: str | None = None) -> dict[str, str]:
    """The header of a request: `key`, or of a POST one of its own."""
    return {"Idempotency-Key": key or uuid.uuid4().hex} if key or method == "POST" else {}


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
