"""The values that a release is made of: tables whose small cells are hidden, totals, waits, and open counts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import Field, StringConstraints

from shared.contracts.fields import Day, SectorCode, Total
from shared.domain.bounds import PRINTABLE, Code, Count
from shared.domain.messages import Message
from shared.i18n.code_lists import Id

MOST_CELLS = 20_000
MOST_TABLES = 200
MOST_COUNTS = 20_000

Number: TypeAlias = Annotated[int, Field(ge=1, le=100_000)]
Key: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=PRINTABLE)]
Axis: TypeAlias = Annotated[Code, Field(examples=["sector_group", "sector", "city", "category"])]
PeriodKind: TypeAlias = Annotated[Code, Field(examples=["project", "year"])]
Digest: TypeAlias = Id
Mean: TypeAlias = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Dimension: TypeAlias = Annotated[Code, Field(examples=["all", "city", "sector", "month", "reason"])]


class Period(Message):
    """From one day to another, both included: the project since it began, or a calendar year."""

    kind: PeriodKind
    since: Day
    until: Day

    def within(self, other: Period) -> bool:
        """Whether every day of it is a day of the other."""
        return other.since <= self.since and self.until <= other.until

    def bounds(self) -> tuple[date, date]:
        """Its first and its last day."""
        return self.since, self.until


class Cell(Message):
    """One cell, by its key on each axis; without `n` it is not shown, whatever the reason."""

    keys: Annotated[tuple[Key, ...], Field(max_length=3)]
    n: Count | None


class Group(Message):
    """What a key of an axis stands for: its sectors."""

    key: Key
    members: Annotated[tuple[SectorCode, ...], Field(max_length=50)]


class Table(Message):
    """One indicator by one or two axes.

    `printed_in` is the number of the release that printed these cells first, and `period` what they are about: in a
    later release they are as of then. `groups` are the sectors behind merged keys.
    """

    code: Code
    indicator: Code
    axes: Annotated[tuple[Axis, ...], Field(max_length=3)]
    period: Period
    printed_in: Number
    groups: Annotated[tuple[Group, ...], Field(max_length=50)]
    cells: Annotated[tuple[Cell, ...], Field(max_length=MOST_CELLS)]


class Sum(Message):
    """All there is of one indicator in the period of the release: exact. `revised` differs from what it replaces."""

    indicator: Code
    n: Total
    revised: bool


class Wait(Message):
    """Of a distribution with at least ten measured: how many, the median and the value within which nine in ten fall.

    `printed_in` is the release that measured it: in a later one it is as of then.
    """

    indicator: Code
    n: Count
    median: Count
    p90: Count
    printed_in: Number


class OpenCount(Message):
    """A count with no person in it: all of an indicator, or (`key`) one part of it; `mean` of what is scored."""

    indicator: Code
    by: Dimension
    key: Key | None
    n: Total
    mean: Mean | None


Tables: TypeAlias = Annotated[tuple[Table, ...], Field(max_length=MOST_TABLES)]
Sums: TypeAlias = Annotated[tuple[Sum, ...], Field(max_length=MOST_TABLES)]
Waits: TypeAlias = Annotated[tuple[Wait, ...], Field(max_length=MOST_TABLES)]
OpenCounts: TypeAlias = Annotated[tuple[OpenCount, ...], Field(max_length=MOST_COUNTS)]
ReleaseId: TypeAlias = Id
