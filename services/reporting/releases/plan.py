"""The publication plan: which tables a release may hold, by how many referrals came in in its period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.contracts.released import Group
from shared.domain.bounds import Code
from shared.domain.messages import Message
from shared.i18n.text import Text

Axis = Literal["sector_group", "sector", "city", "category"]


class Step(Message):
    """From how many referrals on more may be published, and why."""

    from_: Annotated[int, Field(ge=0, alias="from")]
    reason: Text


class PlannedTable(Message):
    """A table that may be published from so many referrals on."""

    code: Code
    indicator: Code
    axes: tuple[Axis, ...]
    from_: Annotated[int, Field(ge=0, alias="from")]


class SectorGroup(Message):
    """Sectors that are published as one."""

    code: Code
    members: tuple[Code, ...]
    label: Text


class Link(Message):
    """Whoever is counted in the part is counted in the whole: anybody may know that."""

    part: Code
    whole: Code


Codes = Annotated[tuple[Code, ...], Field(max_length=200)]
Merge = Annotated[tuple[Code, ...], Field(min_length=2, max_length=20)]


class Tightening(Message):
    """What people take out of the plan for one release: it shows less than the plan, never more.

    `left_out` are tables, or indicators of which the total is not printed either; `merged` are sector groups taken
    together, `repeated` are tables left as they were printed.
    """

    left_out: Codes = ()
    merged: Annotated[tuple[Merge, ...], Field(max_length=20)] = ()
    repeated: Codes = ()


class Plan(Message):
    """All of it."""

    version: int
    sector_groups: tuple[SectorGroup, ...]
    links: tuple[Link, ...]
    tables: tuple[PlannedTable, ...]
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _groups_are_disjoint(self) -> Plan:
        members = [each for group in self.sector_groups for each in group.members]
        if len(members) != len(set(members)):
            raise ValueError("a sector is in one group")
        return self

    def step(self, referrals: int) -> Step:
        """The step that holds for so many referrals."""
        return max((each for each in self.steps if each.from_ <= referrals), key=lambda each: each.from_)

    def may_hold(self, referrals: int, tightening: Tightening) -> list[PlannedTable]:
        """The tables of a release, in order."""
        out = set(tightening.left_out)
        return [each for each in self.tables if each.from_ <= referrals and out.isdisjoint({each.code, each.indicator})]

    def groups(self, merged: Sequence[Sequence[str]]) -> list[Group]:
        """The sector groups, those that are merged as one whose key names them in order."""
        together: dict[str, tuple[str, ...]] = {each.code: (each.code,) for each in self.sector_groups}
        for codes in merged:
            joined = {code for each in codes if each in together for code in together[each]}
            ordered = tuple(each.code for each in self.sector_groups if each.code in joined)
            together |= dict.fromkeys(ordered, ordered)
        members = {each.code: each.members for each in self.sector_groups}
        return [
            Group(key="+".join(codes), members=tuple(sector for each in codes for sector in members[each]))
            for codes in dict.fromkeys(together.values())
        ]

    def labels(self) -> Mapping[str, Text]:
        """The words of each sector group."""
        return {each.code: each.label for each in self.sector_groups}


@lru_cache(maxsize=1)
def plan() -> Plan:
    """The plan that holds, read once."""
    return Plan.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())
