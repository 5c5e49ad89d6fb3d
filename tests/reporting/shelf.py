"""The rows and figures in memory: the folding without the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.reporting.counting import Changes, FigureKey, MemberKey, advance
from services.reporting.rows import GRAINS
from services.reporting.rows.grain import Said
from shared.messaging.cloudevents import PublicMessage


class Shelf:
    """The rows and figures in memory, folded as the database folds them."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {grain.table: {} for grain in GRAINS}
        self.figures: Counter[FigureKey] = Counter()
        self.members: Counter[MemberKey] = Counter()

    def hear(self, batch: Sequence[PublicMessage]) -> None:
        said: list[Said] = list(batch)
        changes = Changes()
        for grain in GRAINS:
            after, told = advance(grain, self.rows[grain.table], grain.addressed(said), changes)
            self.rows[grain.table].update(after)
            said.extend(told)
        self.figures.update(changes.figures)
        self.members.update(changes.members)
