"""The carousel with people of every role in front of it, on a real database: what its tests of HTTP and views use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.local.tokens import token
from services.carousel.app import SERVICE
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import AwaitPlace, LeaveWaitingList
from services.carousel.participations.events import Unlisted
from shared.domain.clock import today
from shared.domain.messages import Meta
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.state_cache import StateCache
from shared.http.auth import Caller, Role
from shared.http.pagination import PageRequest
from shared.projections.inline import InlineProjections, Projection
from tests.conftest import under_a_key
from tests.serving import served

CITY, ORGANISATION = "Oostende", "intro"
FIRST_PAGE = PageRequest(None, 10)
META = Meta(by="tester", correlation_id="test")
FACILITATORS = ["f-1", "f-2"]
FACILITATOR = Caller("f-1", Role.FACILITATOR, ORGANISATION, frozenset({CITY}))
ELSEWHERE = Caller("f-9", Role.FACILITATOR, "other", frozenset({"Brugge"}))
MODULES = [
    {"number": n, "title": {"nl": f"M{n}", "fr": f"M{n}", "en": f"M{n}"}, "minutes": 120, "entry_allowed": n != 6}
    for n in range(1, 7)
]


def monday(weeks: int) -> date:
    """The Monday so many weeks after that of this week."""
    return today() - timedelta(days=today().weekday()) + timedelta(weeks=weeks)


@dataclass
class Desk:
    """The service, and those who ask."""

    client: httpx.AsyncClient
    store: EventStore
    home: Path
    tokens: dict[tuple[Role, str | None, str], str] = field(default_factory=dict)

    def bearer(self, role: Role | None, organisation: str | None, city: str) -> dict[str, str]:
        if role is None:
            return {}
        who = (role, organisation, city)
        if who not in self.tokens:
            self.tokens[who] = token(role, organisation, [city], home=self.home)
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def ask(
        self, method: str, path: str, body: Any = None, role: Role | None = Role.FACILITATOR, city: str = CITY,
        organisation: str | None = ORGANISATION, key: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        head = self.bearer(role, organisation, city) | under_a_key(method, key)
        return await self.client.request(method, path, json=body, headers=head)

    async def done(self, path: str, body: Any, **how: Any) -> None:
        """Ask for something that must be done."""
        answer = await self.ask("POST", path, body, **how)
        assert answer.status_code in {200, 201}, (path, answer.text)

    async def read(self, path: str, **how: Any) -> Any:
        """What is read."""
        answer = await self.ask("GET", path, **how)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def rows(self, path: str, **how: Any) -> list[Any]:
        """Every row of a list, page after page."""
        found: list[Any] = []
        after = ""
        while True:
            page = await self.read(f"{path}{after}", **how)
            found += page["items"]
            if page["next"] is None:
                return found
            after = f"{'&' if '?' in path else '?'}after={page['next']}"

    async def offer(self) -> None:
        """The six modules."""
        body = {"offer_id": "g-force", "language": "nl", "modules": MODULES, "on": str(today())}
        await self.done("/offers", body, role=Role.COORDINATOR)

    async def cycle(self, name: str = "c-1", first_on: date | None = None, **other: Any) -> None:
        """A cycle on Monday evenings, from next week on unless told."""
        how = {key: other.pop(key) for key in ("organisation", "city") if key in other}
        body = {
            "cycle_id": name, "offer_id": "g-force", "city": how.get("city", CITY), "place": "Huis van het Kind",
            "part_of_day": "evening", "first_on": str(first_on or monday(1)), "starts": "19:00", "capacity": 8,
            "facilitators": FACILITATORS, "on": str(today()),
        }  # fmt: skip
        await self.done("/cycles", body | other, **how)

    async def waits(self, name: str, on: date | None = None, *slots: tuple[str, str], **other: Any) -> None:
        """Somebody accepted waits, as the consumer asks."""
        given: dict[str, Any] = {
            "referral_id": name, "city": CITY, "language": "nl", "availability": slots or (("monday", "evening"),),
            "on": on or today(), "at": datetime.now(UTC), "by": "referral",
        }  # fmt: skip
        await handle(self.store, PARTICIPATION, name, AwaitPlace(**given | other), META)

    async def leaves(self, name: str, cause: Unlisted = "withdrawn") -> None:
        """His referral takes another road before the first session, as the consumer asks."""
        command = LeaveWaitingList(referral_id=name, cause=cause, on=today(), at=datetime.now(UTC), by="referral")
        await handle(self.store, PARTICIPATION, name, command, META)

    async def placed(self, name: str, cycle: str = "c-1", from_on: date | None = None) -> None:
        """Somebody waits and is given a place."""
        await self.waits(name, monday(-30))
        body = {"cycle_id": cycle, "from_on": str(from_on or monday(-30)), "on": str(today())}
        await self.done(f"/participations/{name}/place", body)

    async def held(self, session: str, **marks: str) -> None:
        """A session of a cycle was held on its day."""
        cycle = session.rpartition("-")[0]
        sheet = await self.read(f"/cycles/{cycle}/sessions/{session}")
        attendance = [[name.replace("_", "-"), mark] for name, mark in marks.items()]
        await self.done(f"/cycles/{cycle}/sessions/{session}/hold", {"attendance": attendance, "on": sheet["held_on"]})


@asynccontextmanager
async def opened(database_url: str, home: Path) -> AsyncIterator[Desk]:
    """The service over an empty database."""
    async with served(SERVICE, database_url, home) as (app, client):
        yield Desk(client, app.state.store, home)


async def applied(store: EventStore, connection: Connection, *projections: Projection, at_once: int = 10_000) -> None:
    """Apply every event to these projections, so many at once."""
    chosen = InlineProjections(projections, SERVICE.aggregates)
    events, states = await store.after(connection, 0, 10_000), StateCache(1000)
    for first in range(0, len(events), at_once):
        await chosen.apply_all(connection, events[first : first + at_once], states)


async def lived(desk: Desk) -> None:
    """A cycle in which somebody came, one stopped and goes on elsewhere, one never came, one refused and came again."""
    await desk.cycle(first_on=monday(-12))
    for name in ("r-1", "r-2", "r-3"):
        await desk.placed(name)
    await desk.held("c-1-1", r_1="present", r_2="present", r_3="absent")
    stop = {"category": "practical", "code": "work", "on": str(today())}
    await desk.done("/participations/r-2/stop", stop)
    for nth in range(2, 7):
        await desk.held(f"c-1-{nth}", r_1="present", r_2="excused", r_3="absent")
    await desk.done("/cycles/c-1/close", {"on": str(today())})
    await desk.cycle("c-2")
    await desk.waits("r-4")
    offer = {"cycle_id": "c-2", "from_on": str(today()), "on": str(today())}
    await desk.done("/participations/r-4/offer-place", offer)
    refusal = {"category": "practical", "code": "hours", "on": str(today())}
    await desk.done("/participations/r-4/refuse-place", refusal)
    await desk.leaves("r-4")
    await desk.waits("r-4", None, ("friday", "morning"))
    await desk.cycle("c-3", organisation="other")
    await desk.done("/participations/r-2/return", {"on": str(today())})
    await desk.done("/participations/r-2/place", offer | {"cycle_id": "c-3"}, organisation="other")
