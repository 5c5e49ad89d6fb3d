"""Published releases: the list, and one of them whole."""

from __future__ import annotations

from datetime import date

from services.reporting.releases.values import Document
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection

_LISTED = 'number, release, "on", kind, since, until, supersedes, superseded_by, sha256 as digest'


class Listed(Message):
    """One published release; `superseded_by` is the number of the one that corrects it."""

    number: int
    release: str
    on: date
    kind: str
    since: date
    until: date
    supersedes: int | None
    superseded_by: int | None
    digest: str


async def published(connection: Connection, after: int, limit: int) -> list[Listed]:
    """Up to `limit` of them with a higher number, in order."""
    rows = await connection.fetch(
        f"select {_LISTED} from published_releases where number > $1 order by number limit $2", after, limit
    )
    return [Listed(**row) for row in rows]


async def published_bytes(connection: Connection, number: int) -> bytes | None:
    """The canonical bytes of one."""
    found: bytes | None = await connection.fetchval("select document from published_releases where number = $1", number)
    return found


async def published_document(connection: Connection, number: int) -> Document | None:
    """One of them whole."""
    found = await published_bytes(connection, number)
    return Document.model_validate_json(found) if found else None
