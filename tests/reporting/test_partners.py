"""Who was a partner when, and under which name."""

from __future__ import annotations

from datetime import date

from services.reporting.queries.partners import find_partners
from services.reporting.queries.period import Period
from shared.eventstore.event_store import Connection
from tests.reporting.published import (
    joined,
    left,
    registered,
    renamed,
)
from tests.reporting.receiving import YEAR, find, receive


async def test_a_partner_bears_the_name_of_the_date_and_the_one_it_bears_now(connection: Connection) -> None:
    await receive(connection, [registered(), renamed(), joined(), joined("o2"), left("o2")])
    names = [(each.name, each.now) for each in await find_partners(connection, YEAR, date(2026, 7, 1))]
    assert names == [("Eerstelijnszone Oostende-Bredene", "Eerstelijnszone Middenkust"), ("o2", None)]
    names = [(each.name, each.now) for each in await find_partners(connection, YEAR, date(2026, 4, 30))]
    assert names[0] == ("Eerstelijnszone Oostende-Bredene", None)
    later = await find_partners(connection, Period(date(2026, 6, 1), date(2026, 6, 30)), date(2026, 7, 1))
    assert [(each.name, each.now) for each in later] == [("Eerstelijnszone Middenkust", None)]
    assert (await find(connection))["partners_active"].value == 2


async def test_a_partner_that_joins_within_the_period_bears_the_name_of_that_day(connection: Connection) -> None:
    await receive(connection, [registered(), renamed(since=date(2026, 5, 1)), joined(since=date(2026, 5, 1))])
    (partner,) = await find_partners(connection, YEAR, date(2026, 7, 1))
    assert (partner.name, partner.now) == ("Eerstelijnszone Middenkust", None)


async def test_a_partner_that_takes_another_role_was_one_before(connection: Connection) -> None:
    another = joined(since=date(2026, 3, 1)).model_copy(update={"role": "training"})
    await receive(connection, [joined(), another])
    for since, role in ((date(2025, 6, 1), "steering"), (date(2026, 6, 1), "training")):
        (partner,) = await find_partners(connection, Period(since, since), date(2026, 7, 1))
        assert (partner.role, partner.since) == (role, date(2025, 1, 1) if role == "steering" else date(2026, 3, 1))
    (whole,) = await find_partners(connection, Period(date(2025, 1, 1), date(2026, 12, 31)), date(2026, 7, 1))
    assert (whole.role, whole.since, whole.until) == ("training", date(2025, 1, 1), None)


async def test_the_day_a_partner_left_can_be_published_again(connection: Connection) -> None:
    await receive(connection, [joined(), left(), left(until=date(2026, 6, 1))])
    (partner,) = await find_partners(connection, Period(date(2026, 4, 1), date(2026, 4, 30)), date(2026, 7, 1))
    assert partner.until == date(2026, 6, 1)
