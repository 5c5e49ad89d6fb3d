"""The figures on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

import asyncpg
import pytest

from services.reporting import figures
from services.reporting.figures import Figure
from shared.contracts.envelope import PublicMessage
from shared.event_store import Connection
from shared.messages import Refused
from tests.reporting.telling import five_referrals, heard, intake, received, retracted


@pytest.fixture
async def connection(pool: asyncpg.Pool[asyncpg.Record]) -> AsyncIterator[Connection]:
    """A connection to empty figures."""
    async with pool.acquire() as connection:
        await connection.execute(figures.SCHEMA)
        yield connection


async def tell(connection: Connection, messages: Sequence[PublicMessage], size: int = 100) -> None:
    told = heard(messages)
    for start in range(0, len(told), size):
        async with connection.transaction():
            await figures.apply(connection, told[start : start + size])


async def find(connection: Connection, **narrower: str) -> dict[str, Figure]:
    found = await figures.find(connection, since=date(2026, 1, 1), until=date(2026, 12, 31), **narrower)
    return {figure.code: figure for figure in found}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100])
async def test_figures_do_not_depend_on_how_messages_come_in_batches(connection: Connection, size: int) -> None:
    await tell(connection, five_referrals(), size)
    found = await find(connection)
    assert {code: figure.value for code, figure in found.items()} == {
        "referrals_received": 4,
        "referring_persons": 2,
        "referring_organisations": 2,
        "intakes_held": 2,
        "accepted": 1,
        "not_eligible": 1,
        "not_suitable": 0,
        "withdrawn": 1,
        "on_hold": 1,
        "days_to_intake": 2,
    }
    assert found["withdrawn"].by_reason == {"practical/transport": 1}
    assert (found["days_to_intake"].median, found["days_to_intake"].p90) == (10, 30)
    assert (found["accepted"].denominator_code, found["accepted"].denominator) == ("intakes_held", 2)


async def test_figures_narrow_to_a_city_a_partner_a_sector_and_months(connection: Connection) -> None:
    await tell(connection, five_referrals())
    assert (await find(connection, city="Brugge"))["referrals_received"].value == 1
    assert (await find(connection, partner="o2"))["not_eligible"].by_reason == {"language": 1}
    assert (await find(connection, sector="self"))["referrals_received"].value == 1
    february = await figures.find(connection, since=date(2026, 2, 14), until=date(2026, 2, 14))
    assert {figure.code: figure.value for figure in february}["intakes_held"] == 2


async def test_a_referrer_counts_once_over_several_months(connection: Connection) -> None:
    await tell(connection, [received("r1"), received("r2", date(2026, 3, 2))])
    assert (await find(connection))["referring_persons"].value == 1


async def test_a_retraction_takes_everything_back(connection: Connection) -> None:
    told = five_referrals()
    await tell(connection, [*told, *(retracted(referral) for referral in ("r1", "r2", "r3", "r4"))], 3)
    assert await connection.fetchval("select count(*) from figures") == 0
    assert await connection.fetchval("select count(*) from members") == 0
    assert all(figure.value == 0 and figure.median is None for figure in (await find(connection)).values())


async def test_telling_a_referral_again_changes_nothing(connection: Connection) -> None:
    await tell(connection, five_referrals())
    before = await connection.fetch("select * from figures order by 1, 2, 3, 4, 5, 6")
    await tell(connection, five_referrals())
    assert await connection.fetch("select * from figures order by 1, 2, 3, 4, 5, 6") == before


async def test_a_refused_batch_changes_nothing(connection: Connection) -> None:
    with pytest.raises(Refused, match="referral-unknown"):
        await tell(connection, [received("r1"), intake("r2")])
    assert await connection.fetchval("select count(*) from journeys") == 0


async def test_partitions_that_come_at_once_lose_nothing(
    pool: asyncpg.Pool[asyncpg.Record], connection: Connection
) -> None:
    async def partition(nth: int) -> None:
        names = [f"{nth}-{each}" for each in range(20)]
        told = [message for name in names for message in (received(name), intake(name), retracted(name))]
        async with pool.acquire() as own:
            await tell(own, [*told, received(f"{nth}-kept")], 4)

    await asyncio.gather(*(partition(nth) for nth in range(12)))
    found = await find(connection)
    assert found["referrals_received"].value == 12
    assert found["intakes_held"].value == 0
    assert found["referring_persons"].value == 1
