"""Every part is broken for real: its health check has a sentence, its gauge is set, and the right alert would fire."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from deploy.local import keys
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from shared.observability import health, metrics
from shared.observability.health import Health, Unhealthy
from shared.service import background, health_checks
from shared.service.settings import Settings
from shared.service.wiring import Wire, Wiring, application_of
from tests.alerts import others_than, promtool_is_here
from tests.disks import fill
from tests.shared.counting import publish_on, topic
from tests.shared.rolling import STEPPING, steps
from tests.shared.test_service import META, opened

ROOT = Path(__file__).resolve().parents[2]
_SLOWEST_SECONDS = 60
_ONE_EVENT = "insert into events (stream, version, type, data, meta, at) values ('s', 1, 'Stepped', $1, $2, now())"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks are seconds apart in earnest; here, tenths."""
    monkeypatch.setattr(health, "_WATCH_SECONDS", 0.1)
    monkeypatch.setattr(health_checks, "_SELDOM_SECONDS", 0.1)
    monkeypatch.setattr(health_checks, "_IDLE_SECONDS", 1.0)
    monkeypatch.setattr(background, "_OBSERVE_SECONDS", 0.3)


class Watched:
    """A process, asked as people, probes and Prometheus ask it."""

    def __init__(self, client: httpx.AsyncClient, home: Path) -> None:
        self.client, self.home = client, home

    async def part(self, part: str) -> str:
        answer = await self.client.get("/health/ready")
        said: str = answer.json()[part]
        assert (answer.status_code == 200) == (set(answer.json().values()) == {"healthy"})
        return said

    async def metrics(self) -> str:
        return (await self.client.get("/metrics")).text

    async def until_well(self) -> None:
        async with asyncio.timeout(60):
            while (await self.client.get("/health/ready")).status_code != 200:
                await asyncio.sleep(0.05)

    async def says(self, part: str, sentence: str, code: str) -> None:
        """Return once health says so and the gauge too."""
        line = f'carrousel_unhealthy{{code="{code}",part="{part}"}} 1.0'
        async with asyncio.timeout(60):
            while not (await self.part(part)).startswith(sentence) or line not in await self.metrics():
                assert (await self.client.get("/health/live")).status_code == 200
                await asyncio.sleep(0.05)

    async def would_raise(self, *alerts: str) -> None:
        """These alerts and no other would fire, did it go on as it is: where promtool can tell.

        What works on a busy machine is given time to show it; what stands still stands still however long it is given.
        """
        if not promtool_is_here():
            return
        before, end, others = await self.metrics(), time.monotonic() + _SLOWEST_SECONDS, "nobody looked"
        while others and time.monotonic() < end:
            await asyncio.sleep(3)
            others = await asyncio.to_thread(others_than, alerts, before, await self.metrics(), self.home)
        assert not others, others


async def telling(service: Wiring) -> None:
    """A service with projections, which publishes."""
    store = await service.add_event_store([STEPPING], [steps(1)])
    where = topic()
    service.add_outbox_relay(store, publish_on(where), where)


async def telling_only(service: Wiring) -> None:
    """A service that publishes, and has no projections."""
    where = topic()
    service.add_outbox_relay(await service.add_event_store([STEPPING]), publish_on(where), where)


@asynccontextmanager
async def watched(url: str, servers: str, home: Path, wire: Wire = telling) -> AsyncIterator[Watched]:
    jwks = keys.environment(home)["AUTH_JWKS_FILE"]
    asked = Settings(database_url=SecretStr(url), kafka_bootstrap_servers=servers, auth_jwks_file=jwks)
    _forget()
    async with opened(application_of("Any", asked, {}, wire)) as client:
        process = Watched(client, home)
        await process.until_well()
        await _until_relay_has_begun(client, url)
        yield process


async def _until_relay_has_begun(client: httpx.AsyncClient, url: str) -> None:
    """A relay is well before it made its row, too; on a disk that is full by then it cannot make one."""
    if "relay" not in (await client.get("/health/ready")).json():
        return
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(60):
        while not await connection.fetchval("select exists (select from outbox_checkpoints)"):
            await asyncio.sleep(0.05)
    await connection.close()


def _forget() -> None:
    """What other processes of this test run, which are none, have exported."""
    for each in (metrics.LAST_SUCCESS, metrics.UNHEALTHY, metrics.LAG, metrics.DEAD):
        each.clear()
    for every in (metrics.MISSED, metrics.BACKLOG, metrics.OLDEST):
        every.set(0)


@pytest.fixture
async def process(database_url: str, bootstrap_servers: str, tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched(database_url, bootstrap_servers, tmp_path) as process:
        yield process


def test_that_alerts_fire_is_asked_of_promtool() -> None:
    if not promtool_is_here():
        pytest.skip("promtool is not on this machine: the alerts are not asked")


async def test_a_healthy_process_reports_no_problem(process: Watched) -> None:
    for part in ("appends", "database", "kafka", "relay", "tokens", "projections"):
        async with asyncio.timeout(120):
            while f'carrousel_unhealthy{{code="",part="{part}"}} 0.0' not in await process.metrics():
                await asyncio.sleep(0.2)
    await process.would_raise()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgres]:
    """A PostgreSQL for one test."""
    server = Postgres(tmp_path, free_port())
    await server.start()
    yield server
    for each in _of(server):
        each.send_signal(signal.SIGCONT)
    await server.stop()


async def test_a_database_that_does_not_answer(server: Postgres, bootstrap_servers: str, tmp_path: Path) -> None:
    async with watched(server.url("referral"), bootstrap_servers, tmp_path) as process:
        for each in _of(server):
            each.send_signal(signal.SIGSTOP)
        await process.says("database", "It does not answer (TimeoutError)", "does-not-answer")
        await process.would_raise("PartUnhealthy", "NoSuccess", "GaugesStale")
        for each in _of(server):
            each.send_signal(signal.SIGCONT)
        await process.until_well()


async def test_a_database_that_is_gone(server: Postgres, bootstrap_servers: str, tmp_path: Path) -> None:
    async with watched(server.url("referral"), bootstrap_servers, tmp_path) as process:
        await server.stop()
        await process.says("database", "It does not answer (Conn", "does-not-answer")
        await process.would_raise("PartUnhealthy", "NoSuccess", "GaugesStale")
        await server.start()
        await process.until_well()


async def test_a_database_that_takes_no_writes(server: Postgres, bootstrap_servers: str, tmp_path: Path) -> None:
    async with watched(server.url("referral"), bootstrap_servers, tmp_path) as process:
        await _set(server, "on")
        await process.says("database", "The database takes no writes", "read-only")
        await process.would_raise("PartUnhealthy", "NoSuccess")
        await _set(server, "off")
        await process.until_well()


async def _set(server: Postgres, read_only: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute(f"alter system set default_transaction_read_only = {read_only}")
    await connection.execute("select pg_reload_conf()")
    await connection.close()


@pytest.fixture
async def server_on_a_small_disk(small_disk: Path) -> AsyncIterator[Postgres]:
    server = Postgres(small_disk, free_port())
    await server.start()
    yield server
    await server.stop()


async def test_a_disk_that_is_full(
    server_on_a_small_disk: Postgres, small_disk: Path, bootstrap_servers: str, tmp_path: Path
) -> None:
    async with watched(server_on_a_small_disk.url("referral"), bootstrap_servers, tmp_path) as process:
        ballast = small_disk / "ballast"
        fill(ballast)
        await process.says("database", "The disk of the database is full: make room.", "disk-full")
        await process.would_raise("DiskFull")
        ballast.unlink()
        await process.until_well()


def _of(server: Postgres) -> list[psutil.Process]:
    assert server.process is not None
    parent = psutil.Process(server.process.pid)
    return [parent, *parent.children()]


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Kafka]:
    """A Kafka for one test."""
    kafka = Kafka(tmp_path, ROOT / ".local" / "jars", free_port(), free_port())
    await kafka.start()
    yield kafka
    assert kafka.process is not None
    kafka.process.send_signal(signal.SIGCONT)
    await kafka.stop()


@pytest.mark.durable
async def test_a_broker_that_does_not_answer(
    broker: Kafka, database_url: str, tmp_path: Path, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    assert broker.process is not None
    async with watched(database_url, f"127.0.0.1:{broker.port}", tmp_path, telling_only) as process:
        await pool.execute(_ONE_EVENT, '{"n": 1, "other": "t", "other_version": 0}', META.model_dump_json())
        async with asyncio.timeout(60):  # an outbox relay that is still beginning would be stuck too
            while not await pool.fetchval("select position from outbox_checkpoints where position > 0"):
                await asyncio.sleep(0.05)
        broker.process.send_signal(signal.SIGSTOP)
        await process.says("kafka", "It does not answer (TimeoutError)", "does-not-answer")
        await process.would_raise("PartUnhealthy")
        broker.process.send_signal(signal.SIGCONT)
        await process.until_well()


async def test_an_idle_transaction_is_named_with_its_process_and_how_long(process: Watched, database_url: str) -> None:
    idle = await asyncpg.connect(database_url)
    begun = idle.transaction()
    await begun.start()
    await idle.execute("select pg_advisory_xact_lock_shared(7226001)")
    pid = await idle.fetchval("select pg_backend_pid()")
    await process.says("appends", f"An idle transaction of pid {pid} for ", "idle-transaction")
    await process.would_raise("IdleTransaction")
    await begun.rollback()
    await process.until_well()
    await idle.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "jwks-missing"),
        ("", "jwks-broken"),
        ("{", "jwks-broken"),
        ("[]", "jwks-broken"),
        ('{"keys": []}', "jwks-broken"),
        ('{"keys": [{"kty": "EC"}]}', "jwks-broken"),
        ("[" * 20_000, "jwks-broken"),
    ],
)
async def test_keys_of_the_identity_provider_that_are_missing_or_broken(
    process: Watched, tmp_path: Path, content: str | None, code: str
) -> None:
    file = Path(keys.environment(tmp_path)["AUTH_JWKS_FILE"])
    good = _put(file, content)
    await process.says("tokens", "The file that AUTH_JWKS_FILE names", code)
    assert (await process.part("tokens")).endswith("; the last good keys are used.")
    if content in (None, "{"):
        await process.would_raise("TokensUnchecked")
    _put(file, good)
    await process.until_well()


def _put(file: Path, content: str | None) -> str:
    """What stood there before."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.unlink() if content is None else file.write_text(content, encoding="utf-8")
    return before


async def test_a_task_that_ends(database_url: str, bootstrap_servers: str, tmp_path: Path) -> None:
    die = asyncio.Event()

    async def dies() -> None:
        await die.wait()
        raise LookupError

    async def wire(service: Wiring) -> None:
        service.tasks["desk"] = dies

    async with watched(database_url, bootstrap_servers, tmp_path, wire) as process:
        die.set()
        await process.says("desk", "It has ended (LookupError); start this process again.", "task-ended")
        await process.would_raise("TaskEnded")


async def test_a_task_that_never_succeeds(database_url: str, bootstrap_servers: str, tmp_path: Path) -> None:
    async def wire(service: Wiring) -> None:
        progress = service.health.progress("desk", within=1.0)

        async def works() -> None:
            await asyncio.sleep(0.5)
            progress.succeeded()
            await asyncio.Event().wait()

        service.tasks["desk"] = works

    async with watched(database_url, bootstrap_servers, tmp_path, wire) as process:
        await process.says("desk", "It has not succeeded for ", "no-success")
        await process.would_raise("PartUnhealthy", "NoSuccess")


async def test_gauges_that_nobody_sets_have_the_age_of_their_last_success(
    process: Watched, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await pool.execute("alter table outbox_checkpoints rename to elsewhere")
    async with asyncio.timeout(120):
        with capture_logs() as lines:
            while not [each for each in lines if each["event"] == "gauges are stale"]:
                await asyncio.sleep(0.05)
    assert await process.part("database") == "healthy"
    before = await process.metrics()
    await asyncio.sleep(1)
    stale = 'carrousel_last_success_timestamp_seconds{part="relay metrics"}'
    assert [line for line in before.splitlines() if stale in line] == [
        line for line in (await process.metrics()).splitlines() if stale in line
    ]
    await pool.execute("alter table elsewhere rename to outbox_checkpoints")


async def test_projections_that_cannot_be_built(
    database_url: str, bootstrap_servers: str, tmp_path: Path, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    async def fails(*_: object) -> None:
        raise KeyError

    broken = replace(steps(2), apply=fails)

    async def wire(service: Wiring) -> None:
        await service.add_event_store([STEPPING], [steps(1)])

    async def newer(service: Wiring) -> None:
        await service.add_event_store([STEPPING], [broken])

    async with watched(database_url, bootstrap_servers, tmp_path, wire):
        pass
    await pool.execute(_ONE_EVENT, '{"n": 1, "other": "t", "other_version": 0}', META.model_dump_json())
    asked = Settings(
        database_url=SecretStr(database_url),
        kafka_bootstrap_servers=bootstrap_servers,
        auth_jwks_file=keys.environment(tmp_path)["AUTH_JWKS_FILE"],
    )
    async with opened(application_of("Any", asked, {}, newer)) as client:
        process = Watched(client, tmp_path)
        await process.says(
            "projections", "Its projections cannot be built (KeyError); its log says more.", "cannot-build"
        )
        await process.would_raise("PartUnhealthy", "NoSuccess")


async def test_a_check_is_asked_seldom_however_often_it_is_read() -> None:
    asked = 0

    async def ask() -> Unhealthy | None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise OSError

    check = health_checks.seldom(ask, 60)
    found = await asyncio.gather(*(check() for _ in range(100)))
    assert asked == 1
    assert {str(each) for each in found} == {"It does not answer (OSError)."}


async def test_a_check_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_CHECK_SECONDS", 0.1)

    async def hangs() -> None:
        await asyncio.Event().wait()

    assert await Health({"desk": hangs}).report() == {"desk": "It does not answer (TimeoutError)."}


def test_every_code_has_a_sentence_and_no_sentence_is_left_over() -> None:
    told = set(json.loads((ROOT / "shared" / "observability" / "health_problems.json").read_text(encoding="utf-8")))
    code_of = re.compile(r'(?:Unhealthy|_problem)\(\s*"([^"]+)"')
    raised = {code for file in (ROOT / "shared").rglob("*.py") for code in code_of.findall(file.read_text("utf-8"))}
    assert told == raised


def test_every_code_stands_in_the_runbook_or_has_an_alert_of_its_own() -> None:
    told = json.loads((ROOT / "shared" / "observability" / "health_problems.json").read_text(encoding="utf-8"))
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rules = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
    own = re.search(r'carrousel_unhealthy\{code!~"([^"]+)"\}', rules)
    assert own is not None
    for code in told:
        assert f"| `{code}` |" in runbook or re.fullmatch(own[1], code), code
