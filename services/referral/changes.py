"""Changes of a name: those that wait for a second to decide on, and the record of those that were made."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import asyncpg

from services.referral.domain.names import Asker
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.pagination import Page, key_of, page_of

SCHEMA = """
create table if not exists person_changes (
    id          text        primary key,
    person      text        not null,
    kind        text        not null,           -- referred, referrer
    what        text        not null,           -- correction, erasure
    why         text        not null,
    sealed      bytea,                          -- what a correction asks for, until it is decided
    asked_by    text        not null,
    asked_in    text[]      not null,           -- the cities of who asked
    asked_at    timestamptz not null default now(),
    decided_by  text,
    decided_at  timestamptz,
    done        boolean                         -- put into effect, or dropped; null while it is open
);
create unique index if not exists person_changes_open on person_changes (person, asked_by, what)
    where decided_at is null;
create index if not exists person_changes_person on person_changes (person);
"""
Kind = Literal["referred", "referrer"]
What = Literal["correction", "erasure"]
WhyErase = Literal["asked-by-person", "kept-long-enough", "held-in-error"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the name of a person: its `id`, what and why, and who asked for it."""

    id: str
    person: str
    kind: Kind
    what: What
    why: str
    by: Asker


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


class Told(Message):
    """A change as the export of a person tells it, without the name that it asks for."""

    what: str
    why: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    done: bool | None


def new_id() -> str:
    """An id that tells nothing."""
    return uuid.uuid4().hex


async def asked(connection: Connection, change_id: str, person_id: str) -> Change | None:
    """The open change of that id about that person."""
    row = await connection.fetchrow(
        "select id, person, kind, what, why, asked_by, asked_in from person_changes"
        " where id = $1 and person = $2 and decided_at is null",
        change_id,
        person_id,
    )
    return _change(row) if row else None


async def was_decided(connection: Connection, change_id: str, person_id: str, by: str, *, done: bool) -> bool:
    """Whether that person decided just so before: asked again, it is done."""
    query = "select exists (select from person_changes where id = $1 and person = $2 and decided_by = $3 and done = $4)"
    return bool(await connection.fetchval(query, change_id, person_id, by, done))


async def keep(connection: Connection, change: Change, sealed: bytes | None) -> str:
    """Keep a change to decide on, in place of the same one that the same person asked for. Returns its id."""
    kept = await connection.fetchval(
        "insert into person_changes (id, person, kind, what, why, asked_by, asked_in, sealed)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (person, asked_by, what) where decided_at is null do update set why = excluded.why,"
        " sealed = excluded.sealed, asked_in = excluded.asked_in, asked_at = excluded.asked_at returning id",
        *_values(change),
        sealed,
    )
    return str(kept)


async def keep_made(connection: Connection, change: Change) -> None:
    """Keep that somebody made a change alone."""
    await connection.execute(
        "insert into person_changes (id, person, kind, what, why, asked_by, asked_in, decided_by, decided_at, done)"
        " values ($1, $2, $3, $4, $5, $6, $7, $6, now(), true)",
        *_values(change),
    )


async def decide(connection: Connection, change: Change, by: str, *, done: bool) -> None:
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
    """The open changes about people with a road in these cities, or in any; the oldest first."""
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


async def about(connection: Connection, person_id: str) -> list[Told]:
    """Every change about a person, the oldest first."""
    rows = await connection.fetch(
        "select what, why, asked_by, asked_at, decided_by, decided_at, done from person_changes where person = $1"
        " order by asked_at, id",
        person_id,
    )
    return [Told(**row) for row in rows]


def _values(change: Change) -> Sequence[object]:
    asker = change.by
    return change.id, change.person, change.kind, change.what, change.why, asker.subject, sorted(asker.cities)


def _change(row: asyncpg.Record) -> Change:
    by = Asker(row["asked_by"], frozenset(row["asked_in"]))
    return Change(row["id"], row["person"], row["kind"], row["what"], row["why"], by)
