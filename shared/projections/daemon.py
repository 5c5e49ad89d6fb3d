"""Keeps inline projections at the version of their process: rebuilds them, and applies what they missed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg
import structlog

from shared.eventstore.event_store import EventStore
from shared.eventstore.projection_versions import ALIVE_SECONDS, VersionState, lock_version, version_state
from shared.observability import metrics
from shared.observability.health import Progress, Unhealthy
from shared.projections.inline import WHAT, InlineProjections, rebuild
from shared.projections.shadow_schema import AlreadyRebuilding

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.5
_LONGEST_PAUSE = 60.0
_AWAY = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)  # the database, not the projection


@dataclass(slots=True)
class ProjectionDaemon:
    """A task beside the HTTP server: the service answers from the live tables, and takes commands, meanwhile.

    A process whose version was overtaken goes on taking commands (their events are noted as missed, and the newer one
    applies them) but is not ready, so that it gets no requests for pages that may not fit its tables; one that was
    started after that, for a rollback, is ready, or the newer ones would never end and leave the tables to it.
    """

    store: EventStore
    url: str
    projections: InlineProjections
    progress: Progress = field(default_factory=lambda: Progress("projections"))
    alive_seconds: float = ALIVE_SECONDS
    stood: bool = False
    problem: Unhealthy | None = field(default_factory=lambda: _built(0, 0))

    async def check_health(self) -> Unhealthy | None:
        """Unhealthy while its projections are not current."""
        return self.problem

    async def run(self) -> None:
        """Look twice a second, for ever; after every fault it tries again."""
        pause = _LOOK_SECONDS
        while True:
            try:
                await self.look()
                self.progress.succeeded()
                pause = _LOOK_SECONDS
            except AlreadyRebuilding:
                self.progress.succeeded()
                pause = _LOOK_SECONDS
            except Exception as error:  # noqa: BLE001 - the database is away, or a projection cannot be built: try again
                log.warning("projections wait", cause=type(error).__name__)
                pause = min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Do once what the live tables need: rebuild, catch up, or nothing. Raises AlreadyRebuilding."""
        async with self.store.pool.acquire() as connection:
            metrics.MISSED.set(await connection.fetchval("select count(*) from missed"))
            found = await version_state(connection, WHAT, self.projections.version, self.alive_seconds)
        match found:
            case VersionState.CURRENT:
                self.stood = True
                await self._catch_up()
            case VersionState.SUPERSEDED:
                self._overtaken()
            case VersionState.TO_BUILD:
                await self._build()

    async def _catch_up(self) -> None:
        with self._problem("cannot-apply"):
            while not await self.caught_up():
                self.progress.succeeded()
        self.problem = None

    async def _build(self) -> None:
        self.problem = _built(0, 0)
        log.info("projections are being built", version=self.projections.version)
        with self._problem("cannot-build"):
            await rebuild(self.store, self.url, self.projections, self._progress)
        log.info("projections are in place", version=self.projections.version)
        self.stood, self.problem = True, None

    async def caught_up(self) -> bool:
        """Apply a page of what the live projections missed, where they are of its version; whether nothing is left."""
        async with self.store.pool.acquire() as connection, connection.transaction():
            live = await lock_version(connection, WHAT, self.projections.version)
            return not live or await self.projections.catch_up(connection)

    @contextmanager
    def _problem(self, code: str) -> Iterator[None]:
        """An error inside is a fault of a projection, unless the database is away or another process rebuilds."""
        try:
            yield
        except (AlreadyRebuilding, *_AWAY):
            raise
        except Exception as error:
            self.problem = Unhealthy(code, {"cause": type(error).__name__})
            raise

    def _overtaken(self) -> None:
        if self.stood and self.problem is None:
            log.warning("a newer version keeps these tables", version=self.projections.version)
        self.problem = Unhealthy("overtaken") if self.stood else None

    def _progress(self, done: int, total: int) -> None:
        self.problem = _built(done, total)
        self.progress.succeeded()


def _built(done: int, total: int) -> Unhealthy:
    return Unhealthy("being-built", {"done": done, "total": total})
