"""Whatever comes first, and however often it is published: the figures that a plain recount gives."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.consumers import TOPICS, apply
from services.reporting.projections import PROJECTIONS
from services.reporting.queries.figures import Figure, find_figures
from services.reporting.queries.period import Period
from shared.contracts import referral
from shared.messaging.cloudevents import PublicMessage
from tests.chance import examples
from tests.reporting import published
from tests.reporting.histories import histories, interleaved
from tests.reporting.in_memory import InMemory
from tests.reporting.receiving import SCHEMA, TABLES
from tests.reporting.recount import History, keys, recount
from tests.reporting.recount_reading import Read, value


def counted(batches: Sequence[Sequence[PublicMessage]]) -> tuple[Counter[Any], Counter[Any]]:
    """What the service counts; nothing in it is below zero."""
    in_memory = InMemory()
    for batch in batches:
        in_memory.receive(batch)
    assert min(in_memory.figures.values(), default=0) >= 0
    return +in_memory.figures, +in_memory.members


def plainly(history: History) -> tuple[Counter[Any], Counter[Any]]:
    """What a plain recount counts."""
    figures, members = keys(recount(history))
    return +figures, +members


@given(st.data())
def test_whatever_the_interleaving_of_topics_the_figures_are_those_of_a_plain_recount(data: st.DataObject) -> None:
    history = data.draw(histories())
    assert counted(data.draw(interleaved(history))) == plainly(history)


@given(st.data())
def test_everything_published_twice_counts_once(data: st.DataObject) -> None:
    history = data.draw(histories())
    batches = data.draw(interleaved(history))
    twice = {key: [*messages, *messages] for key, messages in history.items()}
    assert counted([*batches, *batches]) == plainly(twice)


@given(st.data())
def test_retracted_referrals_leave_no_trace(data: st.DataObject) -> None:
    history = dict(data.draw(histories()))
    for key, messages in history.items():
        if key[0] == referral.CASES.name:
            history[key] = [*messages, published.retracted(key[1])]
    without = {key: messages for key, messages in history.items() if key[0] != referral.CASES.name}
    assert counted(data.draw(interleaved(history))) == plainly(without)


ENDS = st.one_of(
    st.dates(date(2025, 8, 1), date(2027, 2, 28)),
    st.sampled_from((date(2025, 9, 1), date(2026, 3, 1), date(2026, 2, 28), date(2026, 12, 31))),
)
PERIODS = st.tuples(ENDS, ENDS).map(lambda ends: (min(ends), max(ends)))
CITIES = st.sampled_from((None, "Oostende", "Brugge", "Gent"))
PARTNERS = st.sampled_from((None, "o1", "o2", "caw"))
SECTORS = st.sampled_from((None, "police", "self"))


@examples(40)
@given(st.data())
def test_every_figure_of_every_narrowing_reads_as_a_plain_recount(database_url: str, data: st.DataObject) -> None:
    history = data.draw(histories())
    batches = data.draw(interleaved(history))
    asked = [(*data.draw(PERIODS), data.draw(CITIES), data.draw(PARTNERS), data.draw(SECTORS)) for _ in range(4)]
    asyncio.run(_agree(database_url, history, batches, asked))


FOUR_MONTHS = st.integers(0, 119).map(lambda nth: date(2026, 1, 1) + timedelta(days=nth))
SEEN_OFTEN = st.lists(
    st.tuples(FOUR_MONTHS, st.sampled_from(("p1", "p2")), CITIES.filter(bool)), min_size=4, max_size=9
)


@examples(15)
@given(SEEN_OFTEN, st.data())
def test_who_is_seen_often_counts_once_in_any_days(
    database_url: str, seen: Sequence[tuple[date, str, str]], data: st.DataObject
) -> None:
    referrals = [
        published.received(f"r{nth}", on, who, "o1", city).model_copy(update={"referrer_city": city})
        for nth, (on, who, city) in enumerate(seen)
    ]
    history = {(referral.CASES.name, each.referral): [each] for each in referrals}
    days = sorted({on + timedelta(days=by) for on, _, _ in seen for by in (0, 1)} | {date(2026, 2, 1)})
    ends = st.tuples(st.sampled_from(days), st.sampled_from(days)).map(lambda ends: (min(ends), max(ends)))
    asked: list[Asked] = [(*data.draw(ends), data.draw(CITIES), None, None) for _ in range(30)]
    asyncio.run(_agree(database_url, history, [referrals], asked))


Asked: TypeAlias = "tuple[date, date, str | None, str | None, str | None]"


async def _agree(
    url: str, history: History, batches: Sequence[Sequence[PublicMessage]], asked: Sequence[Asked]
) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(SCHEMA)
        await connection.execute(f"truncate {', '.join(TABLES)}")
        for batch in batches:
            await apply(connection, published.in_envelopes(batch))
        plain = recount(history)
        for since, until, city, partner, sector in asked:
            found = await find_figures(connection, Period(since, until), city=city, partner=partner, sector=sector)
            expected = value(plain, since, until, city, partner, sector)
            narrowed = {each.code for each in found}
            assert {each.code: _as_read(each) for each in found if each.kind != "standing" and each.value} == {
                code: read for code, read in expected.items() if read.value and code in narrowed
            }
    finally:
        await connection.close()


def _as_read(figure: Figure) -> Read:
    return Read(
        figure.value, figure.by_city, figure.by_partner, figure.by_sector, figure.by_month, figure.median, figure.p90
    )


def test_every_message_of_every_topic_is_routed_to_a_row() -> None:
    routed = {kind for projection in PROJECTIONS for kind in projection.routes}
    assert {message for topic in TOPICS for message in topic.messages} <= routed
