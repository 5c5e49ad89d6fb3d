"""What a command costs the database: an append for each stream that it changes, and few statements beside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from services.carousel.app import SERVICE
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.cycles.commands import HoldSession
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import PlaceParticipant
from shared.domain.aggregate import AnyAggregate
from shared.domain.clock import today
from shared.domain.messages import Command
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore
from shared.projections.inline import InlineProjections
from tests.carousel.desk import META, Desk, monday

NAMES = tuple(f"r-{nth}" for nth in range(8))
OF_THE_CLIENT = ("BEGIN;", "COMMIT;", "typeinfo_tree", "'jit'", "pg_advisory_unlock_all")
ASKED: dict[str, Any] = {"at": datetime.now(UTC), "by": "f-1"}


async def statements(url: str, aggregate: AnyAggregate, name: str, command: Command) -> list[str]:
    """Those of one command, without its BEGIN and COMMIT and what the client asks about types."""
    said: list[str] = []

    async def listen(connection: Any) -> None:
        connection.add_query_logger(lambda record: said.append(record.query))

    projections = InlineProjections(SERVICE.projections, SERVICE.aggregates)
    async with asyncpg.create_pool(url, min_size=1, max_size=1, setup=listen) as pool:
        store = EventStore(pool, projections.types, projections.apply, SERVICE.policies)
        assert (await handle(store, aggregate, name, command, META)).events
    return [each for each in said if not any(own in each for own in OF_THE_CLIENT)]


async def test_a_session_of_eight_is_held_with_a_read_and_an_update_of_all_of_them_together(
    desk: Desk, database_url: str
) -> None:
    await desk.cycle(first_on=monday(-12))
    for name in NAMES:
        await desk.placed(name)
    on = date.fromisoformat((await desk.read("/cycles/c-1/sessions/c-1-1"))["held_on"])
    attendance = tuple((name, "present") for name in NAMES)
    hold = HoldSession(**ASKED, cycle_id="c-1", session_id="c-1-1", attendance=attendance, on=on)
    taken = await statements(database_url, CYCLE, "c-1", hold)
    assert len([each for each in taken if "insert into events" in each]) == 9
    assert len(taken) == 14
    assert (await desk.read("/participations/r-7"))["attended"] == [1]


async def test_a_place_is_given_with_nine_statements(desk: Desk, database_url: str) -> None:
    await desk.cycle()
    await desk.waits("r-1")
    place = PlaceParticipant(**ASKED, referral_id="r-1", cycle_id="c-1", from_on=today(), on=today())
    assert len(await statements(database_url, PARTICIPATION, "r-1", place)) == 9
    assert (await desk.read("/participations/r-1"))["status"] == "placed"
