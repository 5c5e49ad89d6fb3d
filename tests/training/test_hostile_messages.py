"""A message that cannot be kept is one dead letter: what comes before and behind it is heard, every list answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import asyncpg
import pytest

from services.training.consumers import KNOWN_ORGANISATIONS
from services.training.queries import organisations
from shared.contracts.referral import ORGANISATIONS, OrganisationRegistered, OrganisationRenamed
from shared.eventstore.event_store import EventStore
from shared.messaging.cloudevents import Position, headers
from tests.training.conftest import TODAY, ZONE, Desk

(INBOX,) = KNOWN_ORGANISATIONS.inboxes
FIELDS: dict[str, dict[str, Any]] = {
    "OrganisationRegistered": {
        "organisation": "org-9", "name": "Iets", "sector": "welfare", "city": "Brugge", "since": "2025-01-01",
    },
    "OrganisationRenamed": {"organisation": ZONE, "name": "Iets", "since": "2025-06-01"},
}  # fmt: skip
TYPES = {each.__name__: each for each in (OrganisationRegistered, OrganisationRenamed)}
ANY_TEXT: Sequence[Any] = ("", "\x00", "a\x00b", "x" * 100_000, None, 7, [], {})
HOSTILE: dict[str, Sequence[Any]] = {
    "organisation": (*ANY_TEXT, "x" * 65, "a/b", "a b", "../x", "é", "-x"),
    "name": (*ANY_TEXT, "x" * 121, "x"),
    "sector": (*ANY_TEXT, "a_new_sector", "Welfare"),
    "city": (*ANY_TEXT, "x" * 61, "x"),
    "since": ("0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "infinity", "", None, [], "2025-02-30"),
}
AT_THE_BOUND: dict[str, Sequence[Any]] = {
    "organisation": ("x", "x" * 64),
    "name": ("xy", "x" * 120),
    "sector": ("other",),
    "city": ("xy", "x" * 60),
    "since": ("2000-01-01", "2099-12-31"),
}


@dataclass
class Sent:
    """A record as the broker gives it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    topic: str = ORGANISATIONS.name


_offsets: Iterator[int] = iter(())


@pytest.fixture(autouse=True)
def _first() -> None:
    """Each database hears the topic from its first record."""
    global _offsets  # noqa: PLW0603 - the place on the one partition of a test
    _offsets = count(1)


def record(kind: str, fields: dict[str, Any], key: str) -> Sent:
    """A message of that kind, as somebody else than our publisher could have written it."""
    offset = next(_offsets)
    example = TYPES[kind].model_validate(FIELDS[kind])
    head = headers(ORGANISATIONS, example, key, Position(offset, offset - 1), datetime(2026, 1, 1, tzinfo=UTC))
    return Sent(0, offset, key.encode(), json.dumps(fields).encode(), head)


def cases(values: dict[str, Sequence[Any]]) -> list[Any]:
    return [
        pytest.param(kind, field, value, id=f"{kind}-{field}-{nth}")
        for kind, fields in FIELDS.items()
        for field in fields
        for nth, value in enumerate(values[field])
    ]


async def received(pool: asyncpg.Pool[asyncpg.Record], *records: Sent) -> list[str]:
    """The reasons of the dead letters once the records were received."""
    async with pool.acquire() as connection:
        for first in range(0, len(records), 100):
            await INBOX.receive(connection, records[first : first + 100])
        rows = await connection.fetch("select reason from dead_letters where resolved_at is null order by record_at")
    return [row["reason"] for row in rows]


def good(number: int) -> Sent:
    fields = FIELDS["OrganisationRegistered"] | {"organisation": f"good-{number}", "name": f"Goed {number}"}
    return record("OrganisationRegistered", fields, f"organisation-good-{number}")


async def known(pool: asyncpg.Pool[asyncpg.Record], on: date) -> dict[str, str]:
    async with pool.acquire() as connection:
        return {each.organisation: each.name for each in await organisations.find(connection, on, ("", ""), 500)}


@pytest.mark.parametrize(("kind", "field", "value"), cases(HOSTILE))
async def test_what_cannot_be_kept_is_one_dead_letter_and_the_others_flow(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], kind: str, field: str, value: Any
) -> None:
    before = await known(pool, TODAY)
    first, hostile, last = good(1), record(kind, FIELDS[kind] | {field: value}, "organisation-hostile"), good(2)
    (reason,) = await received(pool, first, hostile, last)
    assert reason in {"message-out-of-bounds", "schema"}
    assert await known(pool, TODAY) == before | {"good-1": "Goed 1", "good-2": "Goed 2"}
    assert await desk.rows("/organisations")
    assert len(await received(pool, good(3))) == 1


@pytest.mark.parametrize(("kind", "field", "value"), cases(AT_THE_BOUND))
async def test_what_is_just_in_bounds_is_kept(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], kind: str, field: str, value: Any
) -> None:
    fields = FIELDS[kind] | {field: value}
    registered = record("OrganisationRegistered", FIELDS["OrganisationRegistered"] | {"organisation": "x"}, "x")
    assert await received(pool, registered, record(kind, fields, "y")) == []
    for day in ("2000-01-01", "2099-12-31"):
        assert await desk.rows(f"/organisations?on={day}")


async def test_a_field_that_nobody_knows_here_is_left_alone(
    store: EventStore, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    assert store
    fields = FIELDS["OrganisationRegistered"] | {"a_new_field": {"deep": [1]}}
    assert await received(pool, record("OrganisationRegistered", fields, "organisation-org-9")) == []
    assert (await known(pool, TODAY))["org-9"] == "Iets"


async def test_a_thousand_hostile_messages_among_the_good_ones_stop_nobody(
    store: EventStore, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    assert store
    every = cases(HOSTILE) * 12
    mixed = [
        each for nth, case in enumerate(every) for each in (record(*_fields(case), f"organisation-h-{nth}"), good(nth))
    ]
    assert len(await received(pool, *mixed)) == len(every) > 800
    assert await pool.fetchval("select count(*) from organisations") == 4 + len(every)


def _fields(case: Any) -> tuple[str, dict[str, Any]]:
    kind, field, value = case.values
    return kind, FIELDS[kind] | {field: value}
