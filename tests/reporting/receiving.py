"""Reporting on a real PostgreSQL: it receives messages, and its figures are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting.consumers import FIGURES, apply
from services.reporting.projections import PROJECTIONS
from services.reporting.queries.figures import Figure, find_figures
from services.reporting.queries.period import Period
from shared.eventstore.event_store import Connection
from shared.messaging.cloudevents import PublicMessage
from tests.reporting.published import in_envelopes

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
SCHEMA = "".join(FIGURES.schemas)
TABLES = (
    *("figures", "figures_by_day", "distinct_counts", "distinct_counts_by_day", "distinct_members", "figure_sources"),
    *(each.table for each in PROJECTIONS),
)


async def receive(connection: Connection, messages: Sequence[PublicMessage], size: int = 100) -> None:
    received = in_envelopes(messages)
    for start in range(0, len(received), size):
        async with connection.transaction():
            await apply(connection, received[start : start + size])


async def find(connection: Connection, **narrower: str) -> dict[str, Figure]:
    return {figure.code: figure for figure in await find_figures(connection, YEAR, **narrower)}
