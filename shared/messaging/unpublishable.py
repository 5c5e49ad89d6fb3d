"""Events that no integration event can be made of: noted, passed over, and published later, in their stream's order.

An event that cannot be read or translated delays the later ones of its stream, and nothing else. A release that can
translate them gives them later positions, under which they are published from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter

import asyncpg
import structlog

from shared.domain.messages import Event
from shared.eventstore.event_store import Connection, EventStore, recorded
from shared.messaging.cloudevents import event_digest
from shared.messaging.outbox import Outbox
from shared.messaging.outgoing import Publication, ToIntegrationEvent
from shared.messaging.topics import MAX_MESSAGE_BYTES

log = structlog.get_logger(__name__)

UNREADABLE, OUT_OF_BOUNDS, TOO_LARGE, WAITS = "unreadable", "out-of-bounds", "too-large", "waits"
_LARGEST = MAX_MESSAGE_BYTES - 64 * 1024  # room for the key, the headers and what the broker adds
_SMALL = _LARGEST // 8  # characters of a stored event whose message is not measured: no message is 8 times as large
_LATE = (
    "select late.told_as as position, late.position as event, stream, version, type, data, events.meta, events.at"
    " from unpublishable_events late join events using (position) where late.told_as"
)
_WAITING = """
select position, stream, version, type, data, events.meta, events.at
from unpublishable_events late join events using (position) where told_as is null order by position
"""
_GIVE_LATER_POSITIONS = """
update unpublishable_events late set told_as = drawn.told_as
from (select position, nextval(pg_get_serial_sequence('events', 'position')) as told_as
      from (select unnest($1::bigint[]) as position order by 1) ready) drawn
where late.position = drawn.position
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits: its position, its pseudonymous stream and its type, the reason, and since when."""

    position: int
    stream: str
    type: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """What is noted: the positions passed over, the later positions given, and the streams that wait.

    Of each stream, from which position on.
    """

    positions: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()
    streams: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Window:
    """Some events in order: up to which position, what is published of them, and what cannot be, with its code.

    `first` is the first position that cannot be published.
    """

    until: int
    publications: list[Publication] = field(default_factory=list)
    unpublishable: dict[int, str] = field(default_factory=dict)
    first: int = 0


async def noted_events(connection: Connection) -> Noted:
    """What is noted so far."""
    rows = await connection.fetch(
        "select position, told_as, stream from unpublishable_events join events using (position) order by position desc"
    )
    return Noted(
        frozenset(row["position"] for row in rows),
        frozenset(row["told_as"] for row in rows if row["told_as"] is not None),
        {row["stream"]: row["position"] for row in rows if row["told_as"] is None},
    )


async def next_window(
    store: EventStore, connection: Connection, translate: ToIntegrationEvent, after: int, noted: Noted, limit: int = 500
) -> Window | None:
    """The events after a position; None when there are none. What cannot be published is to be noted, see `note`."""
    rows = await store.rows_after(connection, after, limit)
    positions = [row["position"] for row in rows]
    until = positions[-1] if len(rows) == limit else max([after, *noted.later, *positions])
    if until == after:
        return None
    own = [row for row in rows if row["position"] not in noted.positions]
    if any(after < each <= until for each in noted.later):
        own += await connection.fetch(f"{_LATE} > $1 and told_as <= $2", after, until)
        own.sort(key=itemgetter("position"))
    window = _translated(own, store.types, translate, noted.streams)
    window.until = until
    return window


def _translated(
    rows: Iterable[asyncpg.Record],
    types: Mapping[str, type[Event]],
    translate: ToIntegrationEvent,
    streams: Mapping[str, int],
) -> Window:
    """What is published of these rows, and what cannot be: of each stream everything from the first such event on."""
    window, waits = Window(0), dict(streams)
    for row in rows:
        made = publication_of(row, types, translate)
        if made is None:
            continue
        if isinstance(made, tuple) and row["position"] <= waits.get(row["stream"], row["position"]):
            window.publications.append(made)
            continue
        waits[row["stream"]] = min(row["position"], waits.get(row["stream"], row["position"]))
        window.first = window.first or row["position"]
        window.unpublishable[row.get("event") or row["position"]] = made if isinstance(made, str) else WAITS
    return window


def publication_of(
    row: asyncpg.Record, types: Mapping[str, type[Event]], translate: ToIntegrationEvent
) -> Publication | str | None:
    """An event and its message, None for an event that is not published, or the code of why it cannot be.

    A ValueError (also one of pydantic) is caused by this event; any other exception is not.
    """
    try:
        event = recorded(row, types)
    except ValueError:
        return UNREADABLE
    try:
        message = translate(event)
    except ValueError:
        return OUT_OF_BOUNDS
    if message and len(row["data"]) > _SMALL and len(message.message.model_dump_json().encode()) > _LARGEST:
        return TOO_LARGE
    return None if message is None else (event, message)


async def note(connection: Connection, window: Window, outbox: Outbox, topics: Collection[str]) -> bool:
    """Pass over what cannot be published until a release can, before anything after it is sent.

    True when some of it was published before: messages name it as predecessor, so another epoch begins.
    """
    async with connection.transaction():
        await connection.execute(
            "insert into unpublishable_events (position, code) select * from unnest($1::bigint[], $2::text[])"
            " on conflict (position) do update set code = excluded.code, told_as = null, at = now()",
            list(window.unpublishable),
            list(window.unpublishable.values()),
        )
        again = window.first <= await outbox.published_until(connection)
        if again:
            await outbox.begin_again(connection, topics)
    number = len(window.unpublishable)
    log.warning("events cannot be published", events=number, first=window.first, published_before=again)
    return again


async def publish_later(
    store: EventStore, connection: Connection, translate: ToIntegrationEvent, published: int
) -> bool:
    """Give everything that waits and can be published now a later position, once all up to `published` is all there is.

    False when there are events after it: try again once those are published. Appends wait meanwhile, so that the later
    positions come after everything that is committed.
    """
    rows = await connection.fetch(_WAITING)
    stay = _translated(rows, store.types, translate, {}).unpublishable
    ready = [row["position"] for row in rows if row["position"] not in stay]
    if not ready:
        return True
    async with connection.transaction():
        await connection.execute("select hold_appends()")
        if await connection.fetchval("select exists (select from events where position > $1)", published):
            return False
        await connection.execute(_GIVE_LATER_POSITIONS, ready)
    return True


async def digests_at(
    store: EventStore, connection: Connection, translate: ToIntegrationEvent, positions: Sequence[int]
) -> dict[int, bytes]:
    """The event digests of what is or was published at these positions; what cannot be may have been, before."""
    rows = [*await store.rows_at(connection, positions), *await connection.fetch(f"{_LATE} = any($1)", list(positions))]
    made = ((row, publication_of(row, store.types, translate)) for row in rows)
    return {
        row["position"]: event_digest(row["stream"] if isinstance(each, str) else each[1].key, row["at"])
        for row, each in made
        if each is not None
    }


async def waiting(connection: Connection, limit: int) -> list[Waiting]:
    """The events that wait, in their order."""
    rows = await connection.fetch(
        "select position, stream, type, code, late.at from unpublishable_events late join events using (position)"
        " where told_as is null order by position limit $1",
        limit,
    )
    return [Waiting(**row) for row in rows]


async def how_many_wait(store: EventStore) -> int:
    """How many events wait."""
    return int(await store.pool.fetchval("select count(*) from unpublishable_events where told_as is null"))
