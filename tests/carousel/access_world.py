"""A carousel in which every kind of caller meets what is his, what is another's and what is not there; put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from shared.http.auth import Role
from tests.carousel.access_table import HERE, MISSING, NOTE, OTHER, THERE, TODAY, Route, Who
from tests.carousel.desk import MODULES, Desk, monday

_PLACE = {"from_on": str(monday(-30)), "on": TODAY}
_STOP = {"category": "practical", "code": "work", "on": TODAY}
_SAID = {"x-correlation-id": "7a6fbf7ee2b143be83b1e287fcd8d13a"}
"""The same for every request, so that two answers can be compared whole."""


@dataclass
class World:
    """The service and everything that was in it."""

    desk: Desk
    pool: asyncpg.Pool[asyncpg.Record]
    tables: tuple[str, ...] = (
        "events", "idempotency_keys", "offers", "cycles", "sessions", "participations", "safety_tasks", "refusals",
        "notes", "note_looks",
    )  # fmt: skip

    async def keep(self) -> None:
        """Remember what requests write; the service looks at its other tables by itself meanwhile."""
        for table in self.tables:
            await self.pool.execute(f"create table kept_{table} as table {table}")

    async def put_back(self) -> None:
        """Everything is as it was remembered."""
        fill = (f"insert into {each} overriding system value select * from kept_{each};" for each in self.tables)
        await self.pool.execute(f"truncate {', '.join(self.tables)}; {' '.join(fill)}")

    async def facts(self) -> int:
        """How much has happened, looks and kept notes included."""
        tables = ("events", "notes", "note_looks", "idempotency_keys")
        return sum([await self.pool.fetchval(f"select count(*) from {each}") for each in tables])

    async def ask(
        self, route: Route, who: Who, about: tuple[str, ...], key: str | None = None, body: Any = None
    ) -> httpx.Response:
        """One request; `body` instead of the sensible one."""
        head = self.desk.bearer(who.role, who.organisation, who.city) | _SAID
        if key:
            head |= {"Idempotency-Key": key}
        sent = route.sent(about) if body is None else body
        return await self.desk.client.request(route.method, route.url(about), json=sent, headers=head)


async def built(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> World:
    """The people and cycles of the table."""
    there = {"offer_id": "o-there", "language": "nl", "modules": MODULES, "on": TODAY}
    await desk.done("/offers", there, role=Role.COORDINATOR, city=THERE)
    await desk.cycle("c-own", first_on=monday(-4))
    await desk.cycle("c-far", first_on=monday(-4), organisation=OTHER)
    await desk.cycle("c-there", first_on=monday(-4), organisation=OTHER, city=THERE)
    for name in ("r-own", "r-in", "r-offered", "r-far", "r-gone", "r-back", "r-waits", "r-paused"):
        await desk.waits(name, monday(-30))
    await desk.waits("r-there", monday(-30), city=THERE)
    await desk.done("/participations/r-waits/keep-apart", {"other_id": "r-far", "on": TODAY})
    await _ours(desk)
    await _theirs(desk)
    await desk.done("/participations/r-paused/pause", {"review_on": str(monday(-1)), "on": str(monday(-3))})
    world = World(desk, pool)
    await world.keep()
    return world


async def _ours(desk: Desk) -> None:
    """In the group of our own: one came and stopped, one never comes, one has yet to answer."""
    for name in ("r-own", "r-in"):
        await desk.done(f"/participations/{name}/place", _PLACE | {"cycle_id": "c-own"})
    late = {"session_id": "late", "module": 1, "held_on": str(monday(3)), "starts": "19:00", "on": TODAY}
    await desk.done("/cycles/c-own/catch-up", late)
    for nth in (1, 2):
        attendance = [["r-own", "present"], ["r-in", "absent"]]
        held = {"attendance": attendance, "on": str(await _day(desk, f"c-own-{nth}"))}
        await desk.done(f"/cycles/c-own/sessions/c-own-{nth}/hold", held)
    await desk.done("/participations/r-own/stop", _STOP)
    await desk.done("/participations/r-own/safety-tasks/1/close", {"note": NOTE, "on": TODAY})
    await desk.done("/participations/r-offered/offer-place", _PLACE | {"cycle_id": "c-own"})


async def _theirs(desk: Desk) -> None:
    """In the group of another organisation: one came and stopped, one left, one gave his place back."""
    other: dict[str, Any] = {"organisation": OTHER, "city": HERE}
    for name in ("r-far", "r-gone", "r-back"):
        await desk.done(f"/participations/{name}/place", _PLACE | {"cycle_id": "c-far"}, **other)
    await desk.leaves("r-gone")
    await desk.done("/participations/r-back/give-back-place", {"cycle_id": "c-far", "on": TODAY}, **other)
    attendance = [["r-far", "present"], ["r-gone", "excused"], ["r-back", "excused"]]
    held = {"attendance": attendance, "on": str(await _day(desk, "c-far-1", **other))}
    await desk.done("/cycles/c-far/sessions/c-far-1/hold", held, **other)
    await desk.done("/participations/r-far/stop", _STOP, **other)
    await desk.done("/participations/r-far/safety-tasks/1/close", {"note": NOTE, "on": TODAY}, **other)


async def _day(desk: Desk, session: str, **how: Any) -> str:
    cycle = session.rpartition("-")[0]
    day: str = (await desk.read(f"/cycles/{cycle}/sessions/{session}", **how))["held_on"]
    return day


def unknown(route: Route, about: tuple[str, ...], who: Who) -> tuple[str, ...]:
    """The same request about nobody in place of those whom the caller does not see."""
    hidden = [not (who.sees(each) or who.runs(each) or who.closes(each)) for each in about]
    if route.about == "task":
        hidden = [not who.closes(about[0])]
    return tuple(MISSING if hide else each for each, hide in zip(about, hidden, strict=True))
