"""What reporting does on a real PostgreSQL: hear, and read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting import figures, reading
from services.reporting.period import Period
from services.reporting.reading import Figure
from shared.eventstore.event_store import Connection
from shared.messaging.cloudevents import PublicMessage
from tests.reporting.telling import heard

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


async def tell(connection: Connection, messages: Sequence[PublicMessage], size: int = 100) -> None:
    told = heard(messages)
    for start in range(0, len(told), size):
        async with connection.transaction():
            await figures.apply(connection, told[start : start + size])


async def find(connection: Connection, **narrower: str) -> dict[str, Figure]:
    found = await reading.find(connection, YEAR, **narrower)
    return {figure.code: figure for figure in found}
