"""Which cells are hidden besides the small ones: as few and as small as the audit asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from services.reporting.releases.audit import Audit, Finding
from services.reporting.releases.cells import changeable, coalitions, showable
from services.reporting.releases.facts import Facts
from services.reporting.releases.model import Snapshot
from services.reporting.releases.plan import Plan, PlannedTable, Tightening
from services.reporting.releases.tables import CellKey, OpenTable, counted, open_table
from shared.contracts.released import Table

REFERRALS = "referrals_received"
_MOST_TRIED = 24


class Held(NamedTuple):
    """A table that is not printed; `finding` says what would be computed, None that no cell of it can be shown."""

    code: str
    finding: Finding | None


@dataclass(slots=True)
class Draft:
    """The tables of a release in the making: those that are printed anew, repeated, or held back."""

    number: int
    facts: Facts
    sums: Mapping[str, int]
    history: Sequence[Snapshot]
    plan: Plan
    fresh: dict[str, OpenTable] = field(default_factory=dict)
    hidden: dict[str, frozenset[CellKey]] = field(default_factory=dict)
    repeated: dict[str, Table] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    last: Audit | None = None

    def printed(self) -> tuple[Table, ...]:
        """Those that are printed anew."""
        period = self.facts.period
        return tuple(each.printed(self.hidden[code], period, self.number) for code, each in self.fresh.items())

    def tables(self) -> tuple[Table, ...]:
        """All that the release holds, in the order of the plan."""
        found = {**self.repeated, **{each.code: each for each in self.printed()}}
        return tuple(found[each.code] for each in self.plan.tables if each.code in found)

    def snapshot(self) -> Snapshot:
        """What this release adds to what is known."""
        return Snapshot(number=self.number, facts=self.facts, tables=self.printed(), sums=dict(self.sums))

    def audit(self) -> Audit:
        """All releases with this one."""
        before, self.last = self.last, Audit([*self.history, self.snapshot()], self.plan.links, self.last)
        if before:
            before.before = None
        return self.last

    def sums_alone_tell(self) -> bool:
        """Whether the new totals let somebody compute too much of an earlier release: then no table is printed."""
        alone = replace(self, fresh={}, last=None)
        if not self.history or alone.audit().narrow() is None:
            return False
        for code in list(self.fresh):
            self.withdraw(code, None)
        return True

    def withdraw(self, code: str, finding: Finding | None) -> None:
        """Print it as it was printed last, or not at all."""
        self.fresh.pop(code, None)
        last = last_printed(code, self.facts, self.history)
        if last:
            self.repeated[code] = last
        if finding or not last:
            self.held.append(Held(code, finding))


def protect(
    facts: Facts, sums: Mapping[str, int], history: Sequence[Snapshot], plan: Plan, tightening: Tightening, number: int
) -> Draft:
    """The release of these facts, after those of `history`; the audit finds no interval of it too narrow."""
    return _protected(
        facts, sums, history, plan, tightening, number, plan.may_hold(sums.get(REFERRALS, 0), tightening), first=True
    )


def mend(held: Held, draft: Draft, tightening: Tightening) -> Tightening | None:
    """The merge of two sector groups with which the table can be printed, or None: then only waiting mends it."""
    planned = next(each for each in draft.plan.tables if each.code == held.code)
    if "sector_group" not in planned.axes:
        return None
    groups = [each.key.split("+") for each in draft.plan.groups(tightening.merged)]
    for nth, one in enumerate(groups):
        for other in groups[nth + 1 :]:
            wider = tightening.model_copy(update={"merged": (*tightening.merged, (*one, *other))})
            tried = _protected(draft.facts, draft.sums, draft.history, draft.plan, wider, draft.number, [planned])
            if held.code in tried.fresh:
                return wider
    return None


def _protected(
    facts: Facts,
    sums: Mapping[str, int],
    history: Sequence[Snapshot],
    plan: Plan,
    tightening: Tightening,
    number: int,
    tables: Sequence[PlannedTable],
    *,
    first: bool = False,
) -> Draft:
    draft = Draft(number, facts, sums, history, plan)
    for planned in tables:
        _open(draft, planned, tightening)
    asked: tuple[str, ...] = ()
    if first and draft.sums_alone_tell():
        return draft
    while finding := draft.audit().narrow(asked):
        asked = (finding.attacker,)
        _widen(draft, finding)
    return draft


def _open(draft: Draft, planned: PlannedTable, tightening: Tightening) -> None:
    """Hide the small cells; a table that has no other, or that may not change, is not printed anew."""
    table = open_table(planned, draft.facts, draft.plan.groups(tightening.merged))
    insiders = coalitions(draft.facts.organisations())
    hidden = frozenset(key for key, of in table.cells.items() if not showable(of, insiders))
    if table.uncounted or planned.code in tightening.repeated or len(hidden) == len(table.cells):
        draft.withdraw(planned.code, None)
        return
    draft.fresh[planned.code], draft.hidden[planned.code] = table, hidden
    if not _may_change(draft, planned.code):
        draft.withdraw(planned.code, None)


def _may_change(draft: Draft, code: str) -> bool:
    """Whether each cell that was shown last, and still would be, may be printed anew."""
    last = last_printed(code, draft.facts, draft.history)
    if last is None:
        return True
    before = next(each.facts for each in draft.history if each.number == last.printed_in)
    now, then = draft.fresh[code].cells, counted(last, before, draft.facts.cities)
    insiders = coalitions(draft.facts.organisations())
    return all(
        changeable(then[each.keys], now[each.keys], insiders)
        for each in last.cells
        if each.n is not None and each.keys in now and each.keys not in draft.hidden[code]
    )


def last_printed(code: str, facts: Facts, history: Sequence[Snapshot]) -> Table | None:
    """The table as it was printed last: of the same year, or of the project."""
    kind, since = facts.period.kind, facts.period.since
    alike = (
        table
        for each in reversed(history)
        for table in each.tables
        if table.code == code and (table.period.kind, table.period.since) == (kind, since)
    )
    return next(alike, None)


def _widen(draft: Draft, finding: Finding) -> None:
    """Hide the cell that makes this interval wide at the least cost; where none can, withdraw the table."""
    codes = _near(draft, finding)
    own = [code for code in codes if code == finding.target.table.code and finding.target.number == draft.number]
    candidates = [
        *_candidates(draft, own, finding),
        *_candidates(draft, [each for each in codes if each not in own], finding),
    ]
    for code, key in candidates[:_MOST_TRIED]:
        if not _still_narrow(_with(draft, code, key), finding):
            draft.hidden[code] |= {key}
            return
    if candidates:
        code, key = candidates[0]
        draft.hidden[code] |= {key}
    else:
        draft.withdraw(codes[-1], finding)


def _near(draft: Draft, finding: Finding) -> list[str]:
    """The tables whose cells can widen it: those of its indicator, or any; the last and finest of them goes first."""
    indicator = finding.target.table.indicator
    same = [code for code, each in draft.fresh.items() if each.planned.indicator == indicator]
    return same or list(draft.fresh)


def _candidates(draft: Draft, codes: Sequence[str], finding: Finding) -> Iterator[tuple[str, CellKey]]:
    """Shown cells, those in a line with the target first, then by number; never the last one of its table."""
    found = [
        (_apart(key, finding.target.keys), draft.fresh[code].n(key), code, key)
        for code in codes
        if len(draft.hidden[code]) + 1 < len(draft.fresh[code].cells)
        for key in draft.fresh[code].cells
        if key not in draft.hidden[code]
    ]
    for _, _, code, key in sorted(found):
        yield code, key


def _apart(key: CellKey, other: CellKey) -> int:
    return sum(one != two for one, two in zip(key, other, strict=False)) if len(key) == len(other) else len(key)


def _with(draft: Draft, code: str, key: CellKey) -> Draft:
    return replace(draft, hidden={**draft.hidden, code: draft.hidden[code] | {key}}, held=[], repeated={})


def _still_narrow(draft: Draft, finding: Finding) -> bool:
    """The same question to the same attacker."""
    audit, wanted = draft.audit(), finding.target
    for target in audit.model.targets:
        if (target.number, target.table.code, target.keys, target.since) == (
            wanted.number, wanted.table.code, wanted.keys, wanted.since,
        ):  # fmt: skip
            return audit.find(target, finding.attacker, 5).narrow
    return False
