"""The rows and figures in memory: the projections without the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.reporting.metrics.distinct import MemberKey
from services.reporting.metrics.measure import FigureChanges, FigureKey, SourceKey
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.row_projection import AnyEvent
from shared.messaging.cloudevents import PublicMessage


class InMemory:
    """The rows and figures in memory, projected as to the database."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {projection.table: {} for projection in PROJECTIONS}
        self.figures: Counter[FigureKey] = Counter()
        self.members: Counter[MemberKey] = Counter()
        self.sources: Counter[SourceKey] = Counter()

    def receive(self, batch: Sequence[PublicMessage]) -> None:
        events: list[AnyEvent] = list(batch)
        changes = FigureChanges()
        for projection in PROJECTIONS:
            rows = self.rows[projection.table]
            after, derived = projection.advance(rows, projection.route(events), changes)
            rows.update(after)
            events.extend(derived)
        self.figures.update(changes.figures)
        self.members.update(changes.members)
        self.sources.update(changes.sources)
