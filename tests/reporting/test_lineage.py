"""Where a figure comes from: the ids behind it, what was applied, and who may see that."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.consumers import FIGURES, TOPICS
from services.reporting.metrics.catalogue import catalogue
from shared.contracts import referral
from tests.reporting.examples import the_rest
from tests.reporting.histories import histories, interleaved
from tests.reporting.in_memory import InMemory
from tests.reporting.published import joined, registered
from tests.reporting.reader import BOTH, Reader
from tests.reporting.receiving import receive
from tests.reporting.recount_journeys import Journey

COUNTS = [each.code for each in catalogue() if each.kind in {"count", "standing"}]
CHECKPOINT = "insert into consumer_checkpoints (consumer, source, topic, partition, epoch, sequence) values "


async def lineage(reader: Reader, indicator: str, *cities: str, **asked: str) -> httpx.Response:
    return await reader.get(f"/figures/{indicator}/lineage", *cities, **asked)


async def behind(reader: Reader, indicator: str, **asked: str) -> list[dict[str, Any]]:
    """Everything behind a figure, two at a time."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await lineage(reader, indicator, *BOTH, "Gent", limit="2", **asked, **after)).json()
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


async def test_a_figure_is_traced_to_its_journeys_page_by_page(reader: Reader) -> None:
    found = await behind(reader, "referrals_received")
    assert [(each["id"], each["on"], each["city"]) for each in found] == [
        ("r1", "2026-01-05", "Oostende"),
        ("r2", "2026-01-20", "Brugge"),
        ("r3", "2026-02-02", "Oostende"),
        ("r4", "2026-03-01", "Oostende"),
    ]
    waits = await behind(reader, "days_to_intake")
    assert {each["id"]: each["reason"] for each in waits} == {"r1": "30", "r3": "10"}


async def test_it_is_traced_within_the_days_and_the_narrowing_of_the_figure(reader: Reader) -> None:
    assert [each["id"] for each in await behind(reader, "referrals_received", city="Brugge")] == ["r2"]
    assert [each["id"] for each in await behind(reader, "referrals_received", partner="o1")] == ["r1", "r3"]
    days = {"since": "2026-01-06", "until": "2026-02-02"}
    assert [each["id"] for each in await behind(reader, "referrals_received", **days)] == ["r2", "r3"]


async def test_it_says_what_the_figure_means_by_which_versions_it_was_counted_and_what_was_applied(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await pool.execute(CHECKPOINT + "('reporting', '/s', 'referral.cases', 3, 2, 41), ('other', '/s', 't', 0, 1, 9)")
    answer = (await lineage(reader, "withdrawn", *BOTH)).json()
    assert (answer["figure"]["value"], answer["figure"]["events"]) == (1, ["ReferralWithdrawn"])
    assert set(answer["figure"]["definition"]) == {"nl", "fr", "en"}
    assert (answer["of"], answer["projection"]) == ("journey", FIGURES.version)
    assert f".{answer['catalogue']}" in FIGURES.version
    assert answer["checkpoints"] == [{"topic": "referral.cases", "partition": 3, "epoch": 2, "sequence": 41}]
    assert answer["releases"] == []


@pytest.mark.parametrize("code", COUNTS)
async def test_what_is_behind_a_count_adds_up_to_it(
    reader: Reader, pool: asyncpg.Pool[asyncpg.Record], code: str
) -> None:
    async with pool.acquire() as connection:
        await receive(connection, [*the_rest(), joined("p1"), registered("p1", "Veilig Huis")])
    for city in ({}, {"city": "Oostende"}, {"city": "Gent"}):
        answer = await lineage(reader, code, *BOTH, "Gent", limit="500", **city)
        if answer.status_code == 200:
            assert sum(each["n"] for each in answer.json()["items"]) == answer.json()["figure"]["value"]


async def test_who_may_not_read_a_figure_may_not_trace_it(reader: Reader) -> None:
    assert (await lineage(reader, "withdrawn", "Brugge")).json()["code"] == "city-needed"
    assert (await lineage(reader, "withdrawn", "Brugge", city="Oostende")).status_code == 404
    assert (await lineage(reader, "withdrawn", "Brugge", city="Brugge")).json()["items"] == []


@pytest.mark.parametrize("code", ["no_such_figure", "steering_meetings"])
async def test_a_figure_that_is_not_there_or_has_no_city_is_not_found_in_one(reader: Reader, code: str) -> None:
    assert (await lineage(reader, code, *BOTH, city="Brugge")).status_code == 404


async def test_everybody_reads_what_the_indicators_mean(reader: Reader) -> None:
    answer = (await reader.get("/indicators")).json()
    assert {each["code"] for each in answer["indicators"]} == {each.code for each in catalogue()}
    known = {message.__name__ for topic in TOPICS for message in topic.messages}
    assert {event for each in answer["steps"].values() for event in each["events"]} <= known


@given(st.data())
def test_what_is_behind_the_figures_adds_up_to_them_and_is_what_each_journey_counts(data: st.DataObject) -> None:
    history = data.draw(histories())
    projected = InMemory()
    for batch in data.draw(interleaved(history)):
        projected.receive(batch)
    assert min(projected.sources.values(), default=0) >= 0
    added: Counter[tuple[date, str, str, str, str, str]] = Counter()
    for key, n in projected.sources.items():
        added[key.day, key.city, key.partner, key.sector, key.indicator, key.reason] += n
    distinct = {each.code for each in catalogue() if each.kind == "distinct"}
    assert {key: n for key, n in added.items() if n and key[4] not in distinct} == +projected.figures
    messages = [each for those in history.values() for each in those]
    for topic, name in history:
        if topic == referral.CASES.name:
            _compare(projected, name, Journey(messages, name))


def _compare(projected: InMemory, name: str, journey: Journey) -> None:
    """What a plain recount says of one journey alone."""
    plain = [each for each in journey.counted() if each.indicator in COUNTS] if journey.counts else []
    of_steps = {
        *("referrals_received", "intakes_held", "accepted", "not_eligible", "not_suitable", "withdrawn", "on_hold"),
        *("placed", "stopped", "left_for_transport", "transfers_in", "transfers_out"),
    }
    found = Counter(
        (key.indicator, key.day, key.city, key.reason)
        for key, n in projected.sources.items()
        if n and key.source == name and key.indicator in of_steps
    )
    expected = Counter((each.indicator, each.on, each.city, each.what) for each in plain if each.indicator in of_steps)
    assert found == expected
