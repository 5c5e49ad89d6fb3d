"""Events that no public message can be made of: noted, passed over, and told later, in the order of their stream.

An event that cannot be read or translated holds up the later ones of its stream, and nothing else. A release that can
tell them gives them later positions, under which they are told from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from shared.domain.messages import AnyRecorded, Event
from shared.eventstore.event_store import Connection, EventStore, recorded
from shared.messaging.cloudevents import event_digest
from shared.messaging.outbox import Outbox
from shared.messaging.outgoing import OutgoingMessage, ToIntegrationEvent, Told

log = structlog.get_logger(__name__)

UNREADABLE, OUT_OF_BOUNDS, WAITS = "unreadable", "out-of-bounds", "waits"
_LATE = (
    "select late.told_as as position, late.position as event, stream, version, type, data, events.meta, events.at"
    " from unpublishable_events late join events using (position) where late.told_as"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits: its place, its pseudonymous stream and its type, why, and since when."""

    position: int
    stream: str
    type: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """What is noted: the positions that are passed over, the later ones that some have, the streams that wait.

    Of each stream, from which position on.
    """

    positions: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()
    streams: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Window:
    """Some events in order: up to where they go, what is told of them, and what cannot be, with its code.

    `first` is the first position under which something cannot be told.
    """

    until: int
    told: list[Told] = field(default_factory=list)
    cannot: dict[int, str] = field(default_factory=dict)
    first: int = 0


async def held(connection: Connection) -> Held:
    """What is noted so far."""
    rows = await connection.fetch(
        "select position, told_as, stream from unpublishable_events join events using (position) order by position desc"
    )
    return Held(
        frozenset(row["position"] for row in rows),
        frozenset(row["told_as"] for row in rows if row["told_as"] is not None),
        {row["stream"]: row["position"] for row in rows if row["told_as"] is None},
    )


async def next_window(
    store: EventStore,
    connection: Connection,
    to_integration_event: ToIntegrationEvent,
    position: int,
    noted: Held,
    limit: int = 500,
) -> Window | None:
    """The next events after `position`; None when there are none. What cannot be told is to be noted, see `note`."""
    rows = await store.rows_after(connection, position, limit)
    until = (
        rows[-1]["position"] if len(rows) == limit else max([position, *noted.later, *(r["position"] for r in rows)])
    )
    if until == position:
        return None
    own = [row for row in rows if row["position"] not in noted.positions]
    if any(position < each <= until for each in noted.later):
        own += await connection.fetch(f"{_LATE} > $1 and told_as <= $2", position, until)
        own.sort(key=_position)
    found = _sorted_out(own, store.types, to_integration_event, noted.streams)
    found.until = until
    return found


def _position(row: asyncpg.Record) -> int:
    return int(row["position"])


def _sorted_out(
    rows: Iterable[Any],
    types: Mapping[str, type[Event]],
    to_integration_event: ToIntegrationEvent,
    streams: Mapping[str, int],
) -> Window:
    """What is told of these rows, and what cannot be: of each stream everything from the first such event on."""
    found, waits = Window(0), dict(streams)
    for row in rows:
        made = told_of(row, types, to_integration_event)
        if made is None:
            continue
        if isinstance(made, tuple) and row["position"] <= waits.get(row["stream"], row["position"]):
            found.told.append(made)
            continue
        waits[row["stream"]] = min(row["position"], waits.get(row["stream"], row["position"]))
        found.first = found.first or row["position"]
        found.cannot[row.get("event") or row["position"]] = made if isinstance(made, str) else WAITS
    return found


def told_of(row: Any, types: Mapping[str, type[Event]], to_integration_event: ToIntegrationEvent) -> Told | str | None:  # noqa: ANN401 - a row
    """A fact and what is told of it, None of what stays inside, or the code of why it cannot be told.

    A ValueError, which those of pydantic are, is the fault of this event; whatever else is raised is not.
    """
    try:
        fact: AnyRecorded = recorded(row, types)
    except ValueError:
        return UNREADABLE
    try:
        published: OutgoingMessage | None = to_integration_event(fact)
    except ValueError:
        return OUT_OF_BOUNDS
    return None if published is None else (fact, published)


async def note(connection: Connection, window: Window, outbox: Outbox, topics: Collection[str]) -> bool:
    """Pass over what cannot be told until a release can, before anything behind it is sent.

    True when some of it was told before: those who heard it name it as a predecessor, so another history begins.
    """
    async with connection.transaction():
        await connection.execute(
            "insert into unpublishable_events (position, code) select * from unnest($1::bigint[], $2::text[])"
            " on conflict (position) do update set code = excluded.code, told_as = null, at = now()",
            list(window.cannot),
            list(window.cannot.values()),
        )
        again = window.first <= await outbox.told_until(connection)
        if again:
            await outbox.begin_again(connection, topics)
    log.warning("events cannot be published", events=len(window.cannot), first=window.first, told_before=again)
    return again


async def tell_later(
    store: EventStore, connection: Connection, to_integration_event: ToIntegrationEvent, position: int
) -> bool:
    """Give everything that waits and can be told now a later position, when all up to `position` is published and all.

    False when there is more behind it: try again once that is published. Holds appends for as long as it takes, so
    that the later positions come after everything that is committed.
    """
    rows = await connection.fetch(
        "select position, stream, version, type, data, events.meta, events.at from unpublishable_events late"
        " join events using (position) where told_as is null order by position"
    )
    stay = _sorted_out(rows, store.types, to_integration_event, {}).cannot
    ready = [row["position"] for row in rows if row["position"] not in stay]
    if not ready:
        return True
    async with connection.transaction():
        await connection.execute("select hold_appends()")
        if await connection.fetchval("select exists (select from events where position > $1)", position):
            return False
        await connection.execute(
            "update unpublishable_events late set told_as = drawn.told_as from (select position,"
            " nextval(pg_get_serial_sequence('events', 'position')) as told_as"
            " from (select unnest($1::bigint[]) as position order by 1) ready) drawn"
            " where late.position = drawn.position",
            ready,
        )
    return True


async def digests_at(
    store: EventStore, connection: Connection, to_integration_event: ToIntegrationEvent, positions: Sequence[int]
) -> dict[int, bytes]:
    """The event digests of what is or was told under these positions; what cannot be told may have been, before."""
    rows = [
        *await store.rows_at(connection, positions),
        *await connection.fetch(f"{_LATE} = any($1)", list(positions)),
    ]
    told = ((row, told_of(row, store.types, to_integration_event)) for row in rows)
    return {
        row["position"]: event_digest(row["stream"] if isinstance(made, str) else made[1].key, row["at"])
        for row, made in told
        if made is not None
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
