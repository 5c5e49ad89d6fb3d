"""The calendar to subscribe to: made once for what there is to say, outside the event loop, and kept while it holds."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
from starlette.concurrency import run_in_threadpool

from services.training.documents.calendar import Entry, ics
from services.training.queries import network_events, trainings
from services.training.queries.network_events import NetworkEvent
from services.training.queries.trainings import Training
from services.training.translations import translations
from services.training.values import TimeSlot
from shared.domain.bounds import LAST_DAY
from shared.domain.clock import BELGIUM, today
from shared.eventstore.event_store import Connection
from shared.i18n.text import Language

_KEPT = timedelta(days=366)
_FORMAT = 1  # of what is made of the same data
# Every change of a training or event makes its `sequence` greater, and none of them ever goes.
_CHANGES = """
select (select coalesce(sum(sequence), 0) + count(*) from trainings) as trainings,
       (select coalesce(sum(sequence), 0) + count(*) from network_events) as events
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar as it was made, and the tag of what it was made from."""

    tag: str
    data: bytes


@dataclass(slots=True)
class CalendarFeed:
    """The last calendar of each language; who asks while one is made waits for that one."""

    pool: asyncpg.Pool[asyncpg.Record]
    _made: dict[Language, Made] = field(default_factory=dict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, language: Language, known: str) -> Made:
        """The calendar, without its data when the tag is among those `known` (an `If-None-Match`)."""
        since = today() - _KEPT
        async with self.pool.acquire() as connection:
            tag = await _tag(connection, language, since)
        if tag in known or known.strip() == "*":
            return Made(tag, b"")
        made = self._made.get(language)
        return made if made and made.tag == tag else await self._make(language, since)

    async def _make(self, language: Language, since: date) -> Made:
        async with self._making:
            async with self.pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
                tag = await _tag(connection, language, since)
                if (made := self._made.get(language)) and made.tag == tag:
                    return made
                given = await trainings.calendar_rows(connection, since, LAST_DAY)
                held = await network_events.calendar_rows(connection, since, LAST_DAY)
            made = Made(tag, await run_in_threadpool(_ics, given, held, language))
            self._made[language] = made
            return made


async def _tag(connection: Connection, language: Language, since: date) -> str:
    """The tag of what there is to say now."""
    row = await connection.fetchrow(_CHANGES)
    what = f"{_FORMAT} {language} {since} {dict(row or {})}"
    return f'"{hashlib.sha256(what.encode()).hexdigest()[:32]}"'


def _ics(given: Sequence[Any], held: Sequence[Any], language: Language) -> bytes:
    entries = [
        *_training_entries(trainings.of_rows(given), language),
        *_event_entries(network_events.of_rows(held)),
    ]
    return ics(translations().calendar.in_(language), entries)


def _training_entries(found: Sequence[Training], language: Language) -> Iterator[Entry]:
    words = translations()
    for each in found:
        place = words.online.in_(language) if each.online else f"{each.place}, {each.city}"
        for nth, day in enumerate(each.days, 1):
            summary = f"{words.kinds[each.kind].in_(language)}: {each.title}"
            yield _entry(f"training-{each.training}-{nth}", summary, day, place, each)


def _event_entries(found: Sequence[NetworkEvent]) -> Iterator[Entry]:
    for each in found:
        yield _entry(f"event-{each.event}", each.title, each.day, f"{each.place}, {each.city}", each)


def _entry(name: str, summary: str, day: TimeSlot, place: str, shown: Training | NetworkEvent) -> Entry:
    return Entry(
        uid=f"{name}@carrousel",
        summary=summary,
        starts=datetime.combine(day.on, day.begins, BELGIUM),
        ends=datetime.combine(day.on, day.ends, BELGIUM),
        place=place,
        url=None,
        cancelled=shown.status == "cancelled",
        sequence=shown.sequence,
        stamp=shown.said_at,
    )
