"""Every day is the day it is in Belgium, also in the two hours in which it is another one in Greenwich."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.referral
import shared
from services.referral import name_changes
from services.referral.referrals.commands import ReferralCommand
from shared.domain.clock import day_in_belgium
from shared.eventstore.migrations import migrate
from tests.referral import examples as x
from tests.referral.test_decisions import at_accepted, at_received, at_started, referral
from tests.referral.test_organisations import organisation

SOURCES = [Path(services.referral.__path__[0]), Path(shared.__path__[0])]
MIDNIGHTS = [datetime(2026, 1, 14, 23, tzinfo=UTC), datetime(2026, 7, 14, 22, tzinfo=UTC)]  # of winter and of summer
OTHER_CLOCKS = re.compile(r"current_date|date\.today\(\)|utcnow\(|localtimestamp")


@given(st.datetimes(datetime(2001, 1, 1), datetime(2098, 12, 31), timezones=st.timezones()))  # noqa: DTZ001
def test_the_day_of_a_moment_is_the_one_on_the_calendar_in_brussels(at: datetime) -> None:
    assert day_in_belgium(at) == at.astimezone(ZoneInfo("Europe/Brussels")).date()


@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=str)
@pytest.mark.parametrize(("late", "ok"), [(timedelta(0), True), (timedelta(seconds=-1), False)])
@pytest.mark.parametrize("command", [*x.dated_commands(), x.receive(), x.register_organisation()], ids=type)
def test_a_day_begins_at_midnight_in_belgium(command: Any, midnight: datetime, late: timedelta, *, ok: bool) -> None:
    """A second before, the same day is in the future: whatever is asked of it is refused, and for that reason."""
    name = next(each for each in ("on", "received_on", "since") if each in type(command).model_fields)
    day = (midnight + timedelta(hours=3)).date()
    asked = command.model_copy(update={name: day, "at": midnight + late})
    codes = {spec.when(asked).refusal for spec in histories(command)}
    assert ("date-in-future" not in codes) is ok
    assert ok or codes == {"date-in-future"}


def histories(command: Any) -> list[Any]:
    if isinstance(command, ReferralCommand):
        return [referral] if command == x.receive() else [at_received, at_accepted, at_started]
    return [organisation]


def sources() -> Iterator[Path]:
    for source in SOURCES:
        yield from source.rglob("*.py")


@pytest.mark.parametrize("source", sorted(sources()), ids=lambda path: "/".join(path.parts[-2:]))
def test_no_source_asks_another_clock_which_day_it_is(source: Path) -> None:
    """A moment becomes a day by `shared.domain.clock` alone: no `.date()`, no clock of the machine or of SQL."""
    text = source.read_text(encoding="utf-8")
    called = [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"
    ]
    if source.name != "clock.py":
        assert (called, OTHER_CLOCKS.findall(text)) == ([], [])


async def test_the_day_of_an_erasure_is_the_one_in_belgium(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await migrate(pool, [name_changes.MIGRATIONS])
    for n, at in enumerate(each + timedelta(seconds=shift) for each in MIDNIGHTS for shift in (-1, 0)):
        await pool.execute(
            "insert into person_changes (id, person, kind, what, why, asked_by, asked_in, decided_by, decided_at, done)"
            " values ($1, 'p', 'referred', 'erasure', 'asked-by-person', 'x', '{}', 'x', $2, true)",
            str(n),
            at,
        )
    async with pool.acquire() as connection:
        kept = (await name_changes.erasures(connection, None, 10)).items
    assert [each.erased_on for each in kept] == [date(2026, m, d) for m, d in ((1, 14), (1, 15), (7, 14), (7, 15))]
