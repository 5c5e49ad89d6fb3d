"""Changes of a name: those that wait for a second to confirm them, and the record of those that were made."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from services.referral.persons import Requester
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.http.pagination import Page, key_of, page_of

MIGRATIONS = migrations_of("person_changes", Path(__file__).parent / "sql")
Kind = Literal["referred", "referrer"]
What = Literal["correction", "erasure"]


@dataclass(frozen=True, slots=True)
class NameChange:
    """A change of the name of a person: what, why, and who asked for it; its `id` tells nothing."""

    person: str
    kind: Kind
    what: What
    why: str
    by: Requester
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Waiting(Message):
    """A change that waits for somebody to decide on it, as those see it who may; `own` is asked by who reads it."""

    change: str
    referral: str
    what: str
    why: str
    asked_on: date
    own: bool


class Erasure(Message):
    """That a name was erased: of which pseudonymous id, why, who asked, who decided, and when."""

    erasure: str
    person: str
    kind: str
    why: str
    asked_by: str
    decided_by: str
    erased_on: date


class ExportedChange(Message):
    """A change as it stands in the export of a person, without the name that it asks for."""

    what: str
    why: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    done: bool | None


async def find_open(connection: Connection, change_id: str, person_id: str) -> NameChange | None:
    """The open change of that id about that person."""
    row = await connection.fetchrow(
        "select person, kind, what, why, asked_by, asked_in, id from person_changes"
        " where id = $1 and person = $2 and decided_at is null",
        change_id,
        person_id,
    )
    if row is None:
        return None
    by = Requester(row["asked_by"], frozenset(row["asked_in"]))
    return NameChange(row["person"], row["kind"], row["what"], row["why"], by, row["id"])


async def was_decided(connection: Connection, change_id: str, person_id: str, by: str, *, done: bool) -> bool:
    """Whether that person decided just so before: asked again, it is done."""
    query = "select exists (select from person_changes where id = $1 and person = $2 and decided_by = $3 and done = $4)"
    return bool(await connection.fetchval(query, change_id, person_id, by, done))


async def keep_open(connection: Connection, change: NameChange, encrypted: bytes | None) -> str:
    """Keep a change to decide on, in place of the same one that the same person asked for. Returns its id."""
    kept = await connection.fetchval(
        "insert into person_changes (id, person, kind, what, why, asked_by, asked_in, sealed)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (person, asked_by, what) where decided_at is null do update set why = excluded.why,"
        " sealed = excluded.sealed, asked_in = excluded.asked_in, asked_at = excluded.asked_at returning id",
        change.id,
        change.person,
        change.kind,
        change.what,
        change.why,
        change.by.subject,
        sorted(change.by.cities),
        encrypted,
    )
    return str(kept)


async def decide(connection: Connection, change: NameChange, by: str, *, done: bool) -> None:
    """Keep who decided on an open change; the name that it asked for goes."""
    await connection.execute(
        "update person_changes set decided_by = $2, decided_at = now(), done = $3, sealed = null where id = $1",
        change.id,
        by,
        done,
    )


async def drop_open(connection: Connection, person_id: str, what: Collection[What], by: str) -> None:
    """Whatever else waits about a person is overtaken; the names that it asked for go."""
    await connection.execute(
        "update person_changes set decided_by = $3, decided_at = now(), done = false, sealed = null"
        " where person = $1 and what = any($2) and decided_at is null",
        person_id,
        list(what),
        by,
    )


async def waiting(
    connection: Connection, subject: str, cities: Collection[str] | None, after: str | None, limit: int
) -> Page[Waiting]:
    """The open changes about people with a referral in these cities, or in any; the oldest first."""
    rows = await connection.fetch(
        f"select * from ({_WAITING}) w where referral is not null"
        " and ($3::date is null or (asked_on, change) > ($3, $4::text)) order by asked_on, change limit $5",
        subject,
        None if cities is None else list(cities),
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([Waiting(**row) for row in rows], limit, lambda each: (each.asked_on, each.change))


_DAY = "({} at time zone 'Europe/Brussels')::date"
_WAITING = (
    "select id as change, what, why, asked_by = $1 as own, " + _DAY.format("asked_at") + " as asked_on,"
    " (select min(referral) from cases where cases.person = person_changes.person"
    " and ($2::text[] is null or city = any($2))) as referral from person_changes where decided_at is null"
)


async def erasures(connection: Connection, after: str | None, limit: int) -> Page[Erasure]:
    """Every name that was erased, without it; the oldest first."""
    rows = await connection.fetch(
        f"select * from (select id as erasure, person, kind, why, asked_by, decided_by, {_DAY.format('decided_at')}"
        " as erased_on from person_changes where what = 'erasure' and done) e"
        " where $1::date is null or (erased_on, erasure) > ($1, $2::text) order by erased_on, erasure limit $3",
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([Erasure(**row) for row in rows], limit, lambda each: (each.erased_on, each.erasure))


async def about(connection: Connection, person_id: str) -> list[ExportedChange]:
    """Every change about a person, the oldest first."""
    rows = await connection.fetch(
        "select what, why, asked_by, asked_at, decided_by, decided_at, done from person_changes where person = $1"
        " order by asked_at, id",
        person_id,
    )
    return [ExportedChange(**row) for row in rows]
