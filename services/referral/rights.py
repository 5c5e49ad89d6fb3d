"""What was decided on a name beside correcting and erasing it: that its use is restricted, that it is kept longer.

Every decision stays, with who took it, when and why, and without the name.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from services.referral.persons import KeptBecause, RestrictedBecause
from services.referral.refusals import Refusal
from shared.domain.messages import Message, Refused
from shared.eventstore.event_store import Connection

MOST_LONGER = timedelta(days=2 * 366)


class Restriction(Message):
    """A restriction as it stands in an export."""

    why: str
    asked_by: str
    since: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class KeptLonger(Message):
    """A decision to keep a name longer, as it stands in an export."""

    until: date
    why: str
    by: str
    at: datetime


def require_later(until: date, today: date) -> None:
    """Raises Refused for a day that has come, or is more than two years ahead."""
    if not today < until <= today + MOST_LONGER:
        raise Refused(Refusal.KEPT_TOO_LONG)


async def restrict(connection: Connection, person_id: str, why: RestrictedBecause, by: str) -> None:
    """From now on nobody uses the name; where that holds already, the first reason stays."""
    await connection.execute(
        "insert into restrictions (person, why, asked_by) values ($1, $2, $3)"
        " on conflict (person) where lifted_at is null do nothing",
        person_id,
        why,
        by,
    )


async def lift(connection: Connection, person_id: str, by: str) -> None:
    """The name may be used again."""
    await connection.execute(
        "update restrictions set lifted_by = $2, lifted_at = now() where person = $1 and lifted_at is null",
        person_id,
        by,
    )


async def is_restricted(connection: Connection, person_id: str) -> bool:
    """Whether the name may not be used."""
    query = "select exists (select from restrictions where person = $1 and lifted_at is null)"
    return bool(await connection.fetchval(query, person_id))


async def keep_until(connection: Connection, person_id: str, until: date, why: KeptBecause, by: str) -> None:
    """The name is not proposed to be erased before that day; the same decision twice is one."""
    await connection.execute(
        "insert into kept_longer (person, until, why, by) select $1, $2, $3, $4 where not exists"
        " (select from kept_longer where person = $1 and until = $2 and why = $3 and by = $4)",
        person_id,
        until,
        why,
        by,
    )


async def kept_on(connection: Connection, people: Collection[str], day: date) -> set[str]:
    """Those of `people` whom somebody decided to keep beyond that day."""
    rows = await connection.fetch(
        "select distinct person from kept_longer where person = any($1) and until > $2", list(people), day
    )
    return {row["person"] for row in rows}


async def restrictions_of(connection: Connection, people: Collection[str]) -> list[Restriction]:
    """Every restriction of these ids, the oldest first."""
    rows = await connection.fetch(
        "select why, asked_by, since, lifted_by, lifted_at from restrictions where person = any($1) order by id",
        list(people),
    )
    return [Restriction(**row) for row in rows]


async def kept_longer_of(connection: Connection, people: Collection[str]) -> list[KeptLonger]:
    """Every decision to keep one of these ids longer, the oldest first."""
    rows = await connection.fetch(
        "select until, why, by, at from kept_longer where person = any($1) order by id", list(people)
    )
    return [KeptLonger(**row) for row in rows]
