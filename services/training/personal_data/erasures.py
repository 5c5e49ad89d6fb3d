"""That a name was erased, and that it should be: by whom and when, and never whose name it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.training.personal_data.names import NameAccess, accessible
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection

_ANSWERED = """
delete from erasure_requests where person = $1
    and not exists (select from entries e join people using (id) where e.person = $1)
"""
_REQUESTS = f"""
select person, at from erasure_requests r
where person > $4 and exists (select from entries join people using (id)
    where entries.person = r.person and {accessible(1)})
order by person limit $5
"""


class Erasure(Message):
    """Somebody erased the name of a person, as it was written for these trainings and network events.

    `settled`: those to come, to which he is not registered any more.
    """

    id: int
    person: str
    of: tuple[str, ...]
    settled: tuple[str, ...]
    by: str
    at: datetime


class Restriction(Message):
    """Somebody said that what these trainings and network events hold of a person is not used, or is again."""

    id: int
    person: str
    of: tuple[str, ...]
    restricted: bool
    by: str
    at: datetime


class ErasureRequest(Message):
    """Somebody who held the name of a person asks whoever still holds it to erase it."""

    person: str
    at: datetime


async def note(connection: Connection, person: str, streams: Sequence[str], settled: Sequence[str], by: str) -> None:
    """Keep that it was erased; a request for it ends when nobody holds a name any more."""
    insert = "insert into erasures (person, streams, settled, by) values ($1, $2, $3, $4)"
    await connection.execute(insert, person, list(streams), list(settled), by)
    await connection.execute(_ANSWERED, person)


async def request(connection: Connection, person: str, by: str) -> None:
    """Ask whoever holds the name of a person to erase it; asked twice it is asked once."""
    insert = "insert into erasure_requests (person, by) values ($1, $2) on conflict do nothing"
    await connection.execute(insert, person, by)


async def requests(connection: Connection, access: NameAccess, after: str, limit: int) -> list[ErasureRequest]:
    """Those of whom the caller holds a name: up to `limit` after the person named."""
    rows = await connection.fetch(_REQUESTS, *access.parameters, after, limit)
    return [ErasureRequest(**row) for row in rows]


async def find(connection: Connection, after: int, limit: int) -> list[Erasure]:
    """What was erased, the first first: up to `limit` after the one named."""
    query = "select id, person, streams as of, settled, by, at from erasures where id > $1 order by id limit $2"
    return [Erasure(**row) for row in await connection.fetch(query, after, limit)]


async def note_restriction(
    connection: Connection, person: str, streams: Sequence[str], by: str, *, restricted: bool
) -> None:
    """Keep that it is not used, or is again."""
    insert = "insert into restrictions (person, streams, restricted, by) values ($1, $2, $3, $4)"
    await connection.execute(insert, person, list(streams), restricted, by)


async def restrictions(connection: Connection, person: str) -> list[Restriction]:
    """What was said of the use of what is held of a person, in order."""
    query = "select id, person, streams as of, restricted, by, at from restrictions where person = $1 order by id"
    return [Restriction(**row) for row in await connection.fetch(query, person)]
