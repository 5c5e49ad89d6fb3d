"""Why people did not start, by slot and place; and whom another slot would have fitted, counted again the plain way."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, get_args

import asyncpg

from services.carousel import known_referrals
from services.carousel.app import SERVICE
from shared.contracts import referral as said
from shared.domain.clock import today
from shared.i18n.code_lists import PartOfDay, Weekday
from shared.projections import inline
from shared.projections.inline import InlineProjections
from tests.carousel.desk import CITY, Desk, monday

PERIOD = f"since={monday(-60)}&until={monday(60)}"
SLOTS = list(product(get_args(Weekday), get_args(PartOfDay)))
CODES = ("hours", "transport", "childcare")
PEOPLE = 40


async def refused(desk: Desk, name: str, code: str, *slots: tuple[str, str]) -> None:
    await desk.waits(name, monday(-1), *slots)
    offer = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
    await desk.done(f"/participations/{name}/offer-place", offer)
    refusal = {"category": "practical", "code": code, "on": str(today())}
    await desk.done(f"/participations/{name}/refuse-place", refusal)


async def what_if(desk: Desk, weekday: str, code: str, **how: Any) -> tuple[int, int]:
    asked = f"city={CITY}&{PERIOD}&weekday={weekday}&part_of_day=morning&category=practical&code={code}"
    told = await desk.read(f"/barriers/what-if?{asked}", **how)
    return told["did_not_start"], told["would_have_fitted"]


async def test_the_barrier_table_counts_people_and_another_slot_tells_whom_it_would_have_fitted(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.cycle()
    await refused(desk, "r-1", "hours", ("friday", "morning"))
    await refused(desk, "r-2", "hours", ("sunday", "morning"))
    await refused(desk, "r-3", "childcare", ("friday", "morning"))
    await pool.execute(
        "insert into referrals values ('r-9', $1, 'nl', '{friday/morning}', true, $2, 'practical', 'hours')",
        CITY,
        today(),
    )
    table = await desk.rows(f"/barriers?city={CITY}&{PERIOD}")
    assert [(each["code"], each["weekday"], each["place"], each["people"]) for each in table] == [
        ("hours", "monday", "Huis van het Kind", 2),
        ("childcare", "monday", "Huis van het Kind", 1),
        ("hours", None, None, 1),
    ]
    assert await what_if(desk, "friday", "hours") == (3, 2)
    assert await what_if(desk, "tuesday", "hours") == (3, 0)
    assert await what_if(desk, "friday", "hours", city="Brugge") == (0, 0)
    assert await desk.rows(f"/barriers?city={CITY}&{PERIOD}", city="Brugge") == []


async def test_who_refused_once_and_started_later_met_no_barrier(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-1))
    await refused(desk, "r-1", "hours", ("monday", "evening"))
    place = {"cycle_id": "c-1", "from_on": str(monday(-1)), "on": str(today())}
    await desk.done("/participations/r-1/place", place)
    assert len(await desk.rows(f"/barriers?city={CITY}&{PERIOD}")) == 1
    await desk.held("c-1-1", r_1="present")
    assert await desk.rows(f"/barriers?city={CITY}&{PERIOD}") == []


async def test_a_referral_that_was_retracted_before_that_was_kept_meets_no_barrier_once_the_views_are_built_again(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], database_url: str
) -> None:
    await desk.cycle()
    await refused(desk, "r-1", "hours", ("monday", "evening"))
    await refused(desk, "r-2", "hours", ("monday", "evening"))
    await desk.leaves("r-1", "retracted")
    await pool.execute("update referrals set retracted = false")
    await pool.execute("drop table taken_back")
    await inline.rebuild(desk.store, database_url, InlineProjections(SERVICE.projections, SERVICE.aggregates))
    assert [each["people"] for each in await desk.rows(f"/barriers?city={CITY}&{PERIOD}")] == [1]


@dataclass
class Plain:
    """What one person told of why he did not come; no place when he withdrew."""

    name: str
    slots: tuple[tuple[str, str], ...]
    code: str
    place: str | None
    city: str = CITY


async def invented(desk: Desk, pool: asyncpg.Pool[asyncpg.Record], chance: random.Random) -> list[Plain]:
    """People who refuse a place, or two, or withdraw, some in another city, some who start after all."""
    for name, place, city in (("c-1", "Huis", CITY), ("c-2", "Zaal", CITY), ("c-3", "Hal", "Brugge")):
        await desk.cycle(name, place=place, city=city, capacity=24, first_on=monday(-1))
    told: list[Plain] = []
    for nth in range(PEOPLE):
        name, slots = f"r-{nth}", tuple(chance.sample(SLOTS, chance.choice((0, 1, 3, 8))))
        if chance.random() < 0.2:
            await withdrawn(pool, told, Plain(name, slots, chance.choice(CODES), None))
            continue
        city = chance.choice((CITY, CITY, CITY, "Brugge"))
        await desk.waits(name, monday(-1), availability=slots, city=city)
        for cycle in ("c-3",) if city == "Brugge" else chance.sample(("c-1", "c-2"), chance.choice((1, 2))):
            place = {"c-1": "Huis", "c-2": "Zaal", "c-3": "Hal"}[cycle]
            told.append(Plain(name, slots, chance.choice(CODES), place, city))
            await says_no(desk, told[-1], cycle)
        if city == CITY and chance.random() < 0.2:
            await desk.done(f"/participations/{name}/place", {"cycle_id": "c-1", "from_on": str(monday(-1)), **DAY})
    sheet = await desk.read("/cycles/c-1/sessions/c-1-1")
    came = {each["referral"] for each in sheet["expected"]}
    assert came
    await desk.held("c-1-1", **dict.fromkeys((each.replace("-", "_") for each in came), "present"))
    return [each for each in told if each.name not in came]


DAY = {"on": str(today())}


async def says_no(desk: Desk, why: Plain, cycle: str) -> None:
    where, city = f"/participations/{why.name}", why.city
    await desk.done(f"{where}/offer-place", {"cycle_id": cycle, "from_on": str(monday(-1)), **DAY}, city=city)
    await desk.done(f"{where}/refuse-place", {"category": "practical", "code": why.code, **DAY}, city=city)


async def withdrawn(pool: asyncpg.Pool[asyncpg.Record], told: list[Plain], why: Plain) -> None:
    """The referral service told that he came in, and that he withdrew."""
    received: dict[str, Any] = {
        "referral": why.name, "sector": "self", "city_of_residence": CITY, "preferred_city": CITY, "language": "nl",
        "availability": why.slots, "on": monday(-1), "referrer": None, "organisation": None, "referrer_city": None,
    }  # fmt: skip
    left: dict[str, Any] = {"referral": why.name, "on": today(), "category": "practical", "code": why.code}
    async with pool.acquire() as connection:
        await known_referrals.keep(connection, said.ReferralReceived(**received))
        await known_referrals.withdrawn(connection, said.ReferralWithdrawn(**left))
    told.append(why)


async def test_the_table_and_every_other_slot_are_what_a_plain_recount_says(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    told = [each for each in await invented(desk, pool, random.Random(4)) if each.city == CITY]
    table = await desk.rows(f"/barriers?city={CITY}&{PERIOD}")
    plain = Counter({(each.code, each.place, each.name) for each in told})
    people = Counter((code, place) for code, place, _ in plain)
    assert {(each["code"], each["place"]): each["people"] for each in table} == dict(people)
    fitted = 0
    for (weekday, part), code in product(SLOTS, CODES):
        asked = f"city={CITY}&{PERIOD}&weekday={weekday}&part_of_day={part}&category=practical&code={code}"
        answer = await desk.read(f"/barriers/what-if?{asked}")
        why = {each.name: each.slots for each in told if each.code == code}
        fits = sum((weekday, part) in slots for slots in why.values())
        unknown = sum(not slots for slots in why.values())
        expected = {"did_not_start": len(why), "would_have_fitted": fits, "availability_unknown": unknown}
        assert answer == expected, (weekday, part, code)
        fitted += fits
    assert fitted > len(SLOTS)


async def test_only_what_was_told_in_the_period_counts(desk: Desk) -> None:
    await desk.cycle()
    await refused(desk, "r-1", "hours", ("friday", "morning"))
    yesterday, tomorrow = (today() + timedelta(days=n) for n in (-1, 1))
    assert await desk.rows(f"/barriers?city={CITY}&since={monday(-60)}&until={yesterday}") == []
    assert await desk.rows(f"/barriers?city={CITY}&since={tomorrow}&until={monday(60)}") == []
    assert len(await desk.rows(f"/barriers?city={CITY}&since={today()}&until={today()}")) == 1
