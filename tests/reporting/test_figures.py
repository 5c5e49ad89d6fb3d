"""The figures on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from services.reporting.projections import PROJECTIONS
from services.reporting.projections.organisations import ORGANISATIONS
from services.reporting.queries.figures import find_figures
from services.reporting.queries.period import Period
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from tests.reporting.examples import five_referrals, the_rest
from tests.reporting.published import (
    completion_revoked,
    evaluated,
    intake,
    received,
    retracted,
    start_revoked,
    started,
    stopped,
    took_part,
    training_held,
)
from tests.reporting.receiving import TABLES, find, receive


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100])
async def test_figures_do_not_depend_on_how_messages_come_in_batches(connection: Connection, size: int) -> None:
    await receive(connection, five_referrals(), size)
    found = await find(connection)
    assert {code: figure.value for code, figure in found.items() if figure.value} == {
        "referrals_received": 4,
        "referring_persons": 2,
        "referring_organisations": 2,
        "intakes_held": 2,
        "accepted": 1,
        "not_eligible": 1,
        "withdrawn": 1,
        "on_hold": 1,
        "days_to_intake": 2,
        "cohort_intake": 2,
        "cohort_accepted": 1,
        "cohort_not_eligible": 1,
        "cohort_withdrawn": 1,
        "new_referrers": 2,
        "referrals_from_other_city": 2,
        "referrals_to_other_city": 2,
        "referrals_living_elsewhere": 4,
        "left_for_transport": 1,
    }
    assert found["withdrawn"].by_reason == {"practical/transport": 1}
    assert (found["days_to_intake"].median, found["days_to_intake"].p90) == (10, 30)
    assert (found["accepted"].denominator_code, found["accepted"].denominator) == ("intakes_held", 2)


async def test_figures_narrow_to_a_city_a_partner_a_sector_and_months(connection: Connection) -> None:
    await receive(connection, five_referrals())
    assert (await find(connection, city="Brugge"))["referrals_received"].value == 1
    assert (await find(connection, partner="o2"))["not_eligible"].by_reason == {"language": 1}
    assert (await find(connection, sector="self"))["referrals_received"].value == 1
    february = await find_figures(connection, Period(date(2026, 2, 1), date(2026, 2, 28)))
    assert {figure.code: figure.value for figure in february}["intakes_held"] == 2


async def test_a_figure_that_has_no_sector_is_not_split_by_sector(connection: Connection) -> None:
    await receive(connection, [training_held()])
    assert (await find(connection))["trainings_held"].value == 1
    assert "trainings_held" not in await find(connection, sector="police")
    assert (await find(connection, sector="police"))["training_participations"].value == 10
    assert "steering_meetings" not in await find(connection, city="Brugge")


async def test_a_referrer_counts_once_over_several_months(connection: Connection) -> None:
    await receive(connection, [received("r1"), received("r2", date(2026, 3, 2))])
    figure = (await find(connection))["referring_persons"]
    assert (figure.value, figure.by_month) == (1, {"2026-01": 1, "2026-03": 1})
    assert (figure.by_city, figure.by_partner, figure.by_sector) == ({"Brugge": 1}, {"o1": 1}, {"police": 1})


async def test_a_figure_is_split_by_month_and_by_partner(connection: Connection) -> None:
    await receive(connection, five_referrals())
    figure = (await find(connection))["referrals_received"]
    assert figure.by_month == {"2026-01": 2, "2026-02": 1, "2026-03": 1}
    assert figure.by_partner == {"o1": 2, "o2": 1}


async def test_reading_costs_the_same_after_ten_times_as_many_events(connection: Connection) -> None:
    async def rows_after(names: range) -> int:
        days = {f"{nth}": date(2026, 1 + nth % 2, 5) for nth in names}
        await receive(connection, [received(f"r{nth}", on, f"p{nth}") for nth, on in days.items()])
        await receive(connection, [intake(f"r{nth}", on) for nth, on in days.items()])
        await receive(connection, [took_part(f"q{nth}") for nth in days])
        rows: int = await connection.fetchval(
            "select (select count(*) from figures) + (select count(*) from figures_by_day)"
            " + (select count(*) from distinct_counts) + (select count(*) from distinct_counts_by_day)"
        )
        return rows

    few = await rows_after(range(100))
    assert await rows_after(range(100, 1000)) == few
    before = await find(connection)
    assert before["referring_persons"].value == 1000
    rows = [projection.table for projection in PROJECTIONS if projection is not ORGANISATIONS]
    await connection.execute(f"drop table distinct_members, figure_sources, {', '.join(rows)}")
    assert await find(connection) == before


async def test_a_retraction_takes_everything_back(connection: Connection) -> None:
    messages = five_referrals()
    await receive(connection, [*messages, *(retracted(referral) for referral in ("r1", "r2", "r3", "r4"))], 3)
    assert await connection.fetchval("select count(*) from figures") == 0
    for table in ("figures_by_day", "distinct_members", "distinct_counts", "distinct_counts_by_day", "figure_sources"):
        assert await connection.fetchval(f"select count(*) from {table}") == 0
    assert all(figure.value == 0 and figure.median is None for figure in (await find(connection)).values())
    kept = await connection.fetchval("select count(*) from windows where data->'entries' <> '{}'")
    assert kept == 0


async def test_who_attended_a_session_after_all_did_not_withdraw_and_who_completed_did_not_stop(
    connection: Connection,
) -> None:
    await receive(connection, [*five_referrals(), *the_rest()])
    assert (await find(connection))["withdrawn"].value == 0
    await receive(connection, [start_revoked("r3")])
    assert (await find(connection))["withdrawn"].by_reason == {"practical/transport": 1}
    await receive(connection, [stopped("r1")])
    assert (await find(connection))["stopped"].value == 1
    await receive(connection, [completion_revoked("r1")])
    assert (await find(connection))["stopped"].value == 2


async def stored(connection: Connection) -> list[list[asyncpg.Record]]:
    """Every row of every table, but for the steps in the order in which they were published."""
    queries = [f"select to_jsonb({table}) #- '{{data,course}}' as row from {table}" for table in TABLES]
    return [await connection.fetch(f"{query} order by 1") for query in queries]


async def test_receiving_everything_again_changes_nothing(connection: Connection) -> None:
    messages = [*five_referrals(), *the_rest()]
    await receive(connection, messages)
    before = await stored(connection)
    await receive(connection, messages, 7)
    assert await stored(connection) == before


async def test_the_carousel_may_come_first(connection: Connection) -> None:
    await receive(connection, [*five_referrals(), *the_rest()])
    then = await stored(connection)
    await connection.execute(f"truncate {', '.join(TABLES)}")
    await receive(connection, [*the_rest(), *five_referrals()], 3)
    assert (await stored(connection))[:3] == then[:3]


async def test_the_group_and_the_cohort_are_counted_with_their_denominators(connection: Connection) -> None:
    await receive(connection, [*five_referrals(), *the_rest()])
    found = await find(connection)
    values = {code: (figure.value, figure.denominator) for code, figure in found.items()}
    assert values["started"] == (2, None)
    assert values["completed"] == (1, 2)
    assert values["stopped"] == (1, 2)
    road = ["cohort_intake", "cohort_accepted", "cohort_placed", "cohort_started", "cohort_completed"]
    assert [values[stage] for stage in road] == [(2, 4), (1, 2), (2, 1), (2, 2), (1, 2)]
    assert (values["sessions_held"], values["cycles_held"]) == ((2, None), (1, None))
    assert found["modules_attended"].by_reason == {"1": 1, "2": 1}
    assert (found["sessions_per_cycle"].by_reason, found["sessions_per_cycle"].median) == ({"6": 2}, 6)
    assert (found["group_size"].by_reason, found["group_size"].median) == ({"1": 1, "2": 1}, 1)
    assert (found["days_to_first_session"].median, found["days_to_first_session"].p90) == (32, 60)
    assert found["started"].by_city == {"Gent": 2}


async def test_trainings_are_counted_by_type_city_and_sector(connection: Connection) -> None:
    await receive(connection, [*five_referrals(), *the_rest()])
    found = await find(connection)
    assert (found["trainings_held"].by_reason, found["trainings_held"].by_city) == (
        {"basic": 1, "in_depth": 1},
        {"Brugge": 2},
    )
    assert (found["trainings_pitched"].value, found["trainings_pitched"].denominator) == (1, 2)
    assert found["training_participations"].value == 21
    assert found["training_participations"].by_sector == {"police": 15, "welfare": 6}
    assert found["training_participations"].by_reason == {"basic": 16, "in_depth": 5}
    assert found["trained_people"].value == 2
    assert (found["network_events"].by_city, found["network_event_participants"].by_sector) == (
        {"Oostende": 1},
        {"police": 80, "health": 40},
    )
    assert (found["steering_meetings"].value, found["steering_partners"].value) == (1, 2)


async def test_an_evaluation_has_its_response_rate_and_no_mean_below_five_answers(connection: Connection) -> None:
    await receive(connection, [training_held(), training_held("t2"), evaluated(answers=12, score=8.0)])
    await receive(connection, [evaluated("t2", answers=4, score=1.0)])
    found = await find(connection)
    assert (found["evaluation_answers"].value, found["evaluation_answers"].denominator) == (16, 32)
    assert (found["evaluation_score"].mean, found["evaluation_score"].value) == (8.0, 12)
    await receive(connection, [evaluated("t2", answers=6, score=5.0)])
    assert (await find(connection))["evaluation_score"].mean == 7.0


async def test_what_a_training_preceded_is_split_by_type_sector_and_days(connection: Connection) -> None:
    await receive(connection, [*five_referrals(), *the_rest()])
    found = await find(connection)
    assert (found["referrals_preceded"].value, found["referrals_preceded"].denominator) == (2, 4)
    assert found["referrals_preceded"].by_reason == {"basic": 1, "in_depth": 1}
    assert found["referrals_preceded"].by_sector == {"police": 2}
    assert found["days_since_training"].by_reason == {
        "1-30": 2, "31-60": 0, "61-90": 0, "91-120": 0, "121-150": 0, "151-180": 0
    }  # fmt: skip
    assert (found["new_referrers_preceded"].value, found["new_referrers_preceded"].denominator) == (2, 2)


@pytest.mark.parametrize("on", [date(2026, 9, 1), date(2026, 9, 15), date(2026, 9, 30)])
@pytest.mark.parametrize(("days", "preceded"), [(-1, 0), (0, 0), (1, 1), (180, 1), (181, 0)])
async def test_a_training_precedes_the_referrals_of_the_180_days_after_it(
    connection: Connection, on: date, days: int, preceded: int
) -> None:
    await receive(connection, [received(on=on), training_held(on=on - timedelta(days=days))])
    found = await find(connection)
    assert (found["referrals_preceded"].value, found["new_referrers_preceded"].value) == (preceded, preceded)


@pytest.mark.parametrize(
    ("days", "band"), [(1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (151, "151-180"), (180, "151-180")]
)
async def test_a_band_of_days_ends_with_its_last_day(connection: Connection, days: int, band: str) -> None:
    on = date(2026, 9, 15)
    await receive(connection, [received(on=on), training_held(on=on - timedelta(days=days))])
    by_band = (await find(connection))["days_since_training"].by_reason
    assert {code: n for code, n in by_band.items() if n} == {band: 1}


@pytest.mark.parametrize("order", [1, -1])
async def test_of_two_trainings_on_one_day_the_in_depth_one_preceded(connection: Connection, order: int) -> None:
    kinds = (("t1", "basic"), ("t2", "in_depth"))[::order]
    await receive(connection, [training_held(name, kind=kind) for name, kind in kinds])
    await receive(connection, [received()])
    assert (await find(connection))["referrals_preceded"].by_reason == {"in_depth": 1}


@pytest.mark.parametrize("order", [1, -1])
async def test_of_two_referrals_on_one_day_one_is_the_first_of_its_referrer_whichever_comes_first(
    connection: Connection, order: int
) -> None:
    messages = [received("r1", organisation="o1"), received("r2", organisation="o2")][::order]
    await receive(connection, messages, 1)
    assert (await find(connection))["new_referrers"].by_partner == {"o1": 1}


async def test_the_days_since_a_training_are_split_by_its_type(connection: Connection) -> None:
    await receive(connection, [*five_referrals(), *the_rest()])
    found = await find(connection, sector="police")
    assert (found["days_since_basic_training"].value, found["days_since_in_depth_training"].value) == (1, 1)
    assert found["days_since_in_depth_training"].by_reason["1-30"] == 1


async def test_a_wait_that_cannot_be_measured_is_left_out_and_shown(connection: Connection) -> None:
    days = {"r1": (date(2026, 2, 4), date(2026, 3, 6)), "r2": (date(2026, 4, 1), date(2026, 3, 6))}
    for name, (on, first) in days.items():
        await receive(connection, [received(name, on), started(name, first), intake(name, date(2026, 3, 1))])
    found = await find(connection)
    waited = found["days_to_first_session"]
    assert (waited.value, waited.denominator, waited.left_out, waited.median) == (1, 2, 1, 30)
    assert (found["days_to_intake"].value, found["days_to_intake"].left_out) == (1, 1)
    assert (found["started"].value, found["started"].left_out) == (2, 0)
    assert found["modules_attended"].left_out == 0
    assert (await find(connection, city="Brugge"))["days_to_first_session"].left_out == 0
    stored = await connection.fetch("select distinct reason from figures where reason like '-%'")
    assert stored == []


async def test_a_refused_batch_changes_nothing(connection: Connection) -> None:
    with pytest.raises(Refused, match="referral-unknown"):
        await receive(connection, [received("r1"), intake("r2")])
    assert await connection.fetchval("select count(*) from journeys") == 0


async def test_partitions_that_come_at_once_lose_nothing(
    pool: asyncpg.Pool[asyncpg.Record], connection: Connection
) -> None:
    async def partition(nth: int) -> None:
        names = [f"{nth}-{each}" for each in range(20)]
        messages = [message for name in names for message in (received(name), intake(name), retracted(name))]
        async with pool.acquire() as own:
            await receive(own, [*messages, received(f"{nth}-kept")], 4)

    await asyncio.gather(*(partition(nth) for nth in range(12)))
    found = await find(connection)
    assert found["referrals_received"].value == 12
    assert found["intakes_held"].value == 0
    assert found["referring_persons"].value == 1
