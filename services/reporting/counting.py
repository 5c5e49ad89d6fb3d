"""What happenings add to the figures, as the catalogue of indicators says: pure, without database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from services.reporting.indicators import Indicator, by_step
from services.reporting.rows.grain import Grain, Happening, Note, Said


class FigureKey(NamedTuple):
    """What one row of figures is about; `month` is its first day, `reason` a code or what was measured."""

    month: date
    city: str
    partner: str
    sector: str
    indicator: str
    reason: str


class MemberKey(NamedTuple):
    """One referrer, organisation or participant that a distinct indicator must count once over any period."""

    month: date
    city: str
    partner: str
    sector: str
    indicator: str
    member: str


@dataclass(slots=True)
class Changes:
    """By how much each row of figures and of members goes up or down."""

    figures: Counter[FigureKey] = field(default_factory=Counter)
    members: Counter[MemberKey] = field(default_factory=Counter)

    def add(self, happenings: Iterable[Happening], sign: int) -> None:
        """Count what happened (`sign` 1), or take it back (-1)."""
        for happening in happenings:
            for indicator in by_step().get(happening.step, ()):
                place = _place(indicator, happening)
                if indicator.member:
                    if member := happening.members.get(indicator.member):
                        self.members[MemberKey(*place, indicator.code, member)] += sign
                elif (reason := _reason(indicator, happening)) is not None:
                    self.figures[FigureKey(*place, indicator.code, reason)] += sign * happening.n


def _place(indicator: Indicator, happening: Happening) -> tuple[date, str, str, str]:
    on = happening.received_on if indicator.month == "receipt" and happening.received_on else happening.on
    return (
        on.replace(day=1),
        happening.cities.get(indicator.city, "") if indicator.city else "",
        happening.partner if indicator.partner else "",
        happening.sector if indicator.sector else "",
    )


def _reason(indicator: Indicator, happening: Happening) -> str | None:
    return happening.reason if indicator.kind == "count" else happening.measured


def advance(
    grain: Grain[Any], before: Mapping[str, Any], addressed: list[tuple[str, Said]], changes: Changes
) -> tuple[dict[str, Any], list[Note]]:
    """The rows of one kind that what was said changes, and what they tell later kinds; `changes` counts along."""
    after = grain.folded(before, addressed)
    for key, row in after.items():
        changes.add(grain.happenings(row), 1)
        if key in before:
            changes.add(grain.happenings(before[key]), -1)
    return after, list(grain.told(before, after))
