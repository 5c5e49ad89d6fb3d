"""Names and contacts, sealed at rest and erasable, and who looked at them: what every people register does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Generic, TypeVar

from pydantic import StringConstraints

from shared.days import today as this_day
from shared.event_store import Connection
from shared.messages import Message, Refused
from shared.sealing import Seal

SCHEMA = """
create table if not exists people (
    id          text primary key,
    kind        text        not null,
    sealed      bytea       not null,           -- Fernet token of the JSON of a person
    kept_from   date        not null            -- the retention clock counts from here
);
create table if not exists looks (
    id      bigint generated always as identity primary key,
    person  text        not null,
    by      text        not null,
    reason  text        not null,
    at      timestamptz not null default now()
);
create index if not exists looks_person on looks (person);
"""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
P = TypeVar("P", bound=Message)


def oldest_day(keep_days: int, today: date | None = None) -> date:
    """The oldest day that is not longer ago than `keep_days`."""
    return (today or this_day()) - timedelta(days=keep_days)


class Register(Generic[P]):
    """The people of one service, each a `person`; rotating its keys is adding one in front, then `reseal`."""

    SCHEMA = SCHEMA

    def __init__(self, seal: Seal, person: type[P]) -> None:
        self._seal, self._person = seal, person

    async def keep(self, connection: Connection, person_id: str, kind: str, person: P, since: date) -> None:
        """Keep or correct what is known of a person. Raises Refused when the id is of a person of another kind."""
        kept = await connection.execute(
            "insert into people (id, kind, sealed, kept_from) values ($1, $2, $3, $4)"
            " on conflict (id) do update set sealed = excluded.sealed where people.kind = excluded.kind",
            person_id,
            kind,
            self._seal.close(person.model_dump_json()),
            since,
        )
        if kept == "INSERT 0 0":
            raise Refused("person-of-another-kind")

    async def look(self, connection: Connection, person_id: str, by: str, why: str) -> P | None:
        """A person's name and contacts, or None. Every look is kept: who, when, why."""
        return (await self.look_at(connection, [person_id], by, why)).get(person_id)

    async def look_at(self, connection: Connection, ids: Sequence[str], by: str, why: str) -> Mapping[str, P]:
        """Those of `ids` who are held; a look is kept for each that was asked for."""
        rows = await connection.fetch("select id, sealed from people where id = any($1)", ids)
        await connection.execute(
            "insert into looks (person, by, reason) select person, $2, $3 from unnest($1::text[]) person", ids, by, why
        )
        return {row["id"]: self._person.model_validate_json(self._seal.open(row["sealed"])) for row in rows}

    async def export(self, connection: Connection, person_id: str, by: str) -> dict[str, object]:
        """All held on a person here (GDPR art. 15): what is known, and everyone who looked."""
        person = await self.look(connection, person_id, by, "subject-access")
        looks = await connection.fetch("select by, reason, at from looks where person = $1 order by id", person_id)
        return {
            "person": json.loads(person.model_dump_json()) if person else None,
            "looks": [{"by": row["by"], "why": row["reason"], "at": row["at"].isoformat()} for row in looks],
        }

    async def erase(self, connection: Connection, person_id: str) -> bool:
        """Forget name and contacts (GDPR art. 17); the facts stay, pseudonymous. False when nothing was held."""
        return await connection.execute("delete from people where id = $1", person_id) == "DELETE 1"

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """The ids of the people kept longer than `keep_days`: somebody must decide on them."""
        before = oldest_day(keep_days, today)
        rows = await connection.fetch("select id from people where kept_from < $1 order by kept_from, id", before)
        return [row["id"] for row in rows]

    async def reseal(self, connection: Connection) -> int:
        """Seal everything with the newest key; the older ones can then be dropped. Returns how many."""
        rows = await connection.fetch("select id, sealed from people for update")
        await connection.executemany(
            "update people set sealed = $2 where id = $1",
            [(row["id"], self._seal.renew(row["sealed"])) for row in rows],
        )
        return len(rows)
