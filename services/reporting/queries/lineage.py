"""Where a figure comes from: the journeys or activities behind it, and the messages that were applied by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from services.reporting.metrics.catalogue import Indicator, indicator_named
from services.reporting.projections import CONSUMER
from services.reporting.queries.partners import find_partners
from services.reporting.queries.period import Period
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.eventstore.projection_versions import built_version

Key: TypeAlias = tuple[date, str, str, str, str, str]
FIRST: Key = (date.min, "", "", "", "", "")
_SOURCES = """
select day as on, source as id, city, partner, sector, reason, n from figure_sources
where indicator = $1 and day between $2 and $3
    and ($4::text is null or city = $4) and ($5::text is null or partner = $5) and ($6::text is null or sector = $6)
    and (day, source, city, partner, sector, reason) > ($7, $8, $9, $10, $11, $12)
order by day, source, city, partner, sector, reason limit $13
"""
_CHECKPOINTS = """
select topic, partition, epoch, sequence from consumer_checkpoints
where consumer = $1 and sequence > 0 order by topic, partition
"""


class Behind(Message):
    """What one journey or activity adds to a figure on a day: `reason` is its code, or what was measured."""

    on: date
    id: str
    city: str
    partner: str
    sector: str
    reason: str
    n: int

    @property
    def key(self) -> Key:
        """What the list is ordered by."""
        return self.on, self.id, self.city, self.partner, self.sector, self.reason


class Checkpoint(Message):
    """How far a partition was applied: the sequence of the last message, in an epoch of its publisher."""

    topic: str
    partition: int
    epoch: int
    sequence: int


class Narrowing(NamedTuple):
    """One city, partner or sector, None for any."""

    city: str | None = None
    partner: str | None = None
    sector: str | None = None


async def find_sources(
    connection: Connection, code: str, period: Period, narrowing: Narrowing, after: Sequence[Any], rows: int
) -> Sequence[Behind]:
    """What is behind a figure of these days, in order: `rows` of them after a Key. Of a count they add up to it."""
    indicator = indicator_named(code)
    if indicator.kind == "standing":
        found = await _partners(connection, indicator, period, narrowing)
        return [each for each in found if each.key > tuple(after)][:rows]
    records = await connection.fetch(_SOURCES, code, *period, *narrowing, *after, rows)
    return [Behind.model_validate(dict(record)) for record in records]


async def _partners(
    connection: Connection, indicator: Indicator, period: Period, narrowing: Narrowing
) -> Sequence[Behind]:
    """Who was a partner, each on the day it joined."""
    found = [
        Behind(on=each.since, id=each.partner, city=each.city, partner="", sector=each.sector, reason=each.role, n=1)
        for each in await find_partners(connection, period, period.until)
        if indicator.only in {None, each.role}
    ]
    city, _, sector = narrowing
    return sorted(
        (each for each in found if city in {None, each.city} and sector in {None, each.sector}),
        key=lambda each: each.key,
    )


async def find_checkpoints(connection: Connection) -> Sequence[Checkpoint]:
    """How far every partition was applied."""
    return [Checkpoint.model_validate(dict(row)) for row in await connection.fetch(_CHECKPOINTS, CONSUMER)]


async def projection_version(connection: Connection) -> str | None:
    """Of the projections whose tables are read: theirs and that of the catalogue."""
    return await built_version(connection, CONSUMER)


async def releases_that_printed(
    _connection: Connection, _code: str, _period: Period, _narrowing: Narrowing
) -> Sequence[str]:
    """The ids of the releases that printed the figure: none, until releases are kept."""
    return []
