"""Facts in, protected tables and the verdict of the audit out: a pure function, run in a process of its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.reporting.releases.audit import OUTSIDER, POLICE_TOGETHER, Audit, Finding
from services.reporting.releases.facts import Facts
from services.reporting.releases.model import Snapshot
from services.reporting.releases.plan import Plan, Tightening
from services.reporting.releases.suppress import Draft, Held, mend, protect
from services.reporting.releases.values import Attacker, Audited, Computed, HeldBack
from shared.contracts.released import Tables
from shared.domain.messages import Message

_MOST_MENDED = 2
_MOST_NARROW = 1000


class Task(Message):
    """What is to be protected, or (`printed` given) only audited as it was printed."""

    plan: Plan
    number: int
    facts: Facts
    sums: dict[str, int]
    history: tuple[Snapshot, ...]
    tightening: Tightening
    printed: Tables | None = None


class Protected(Message):
    """The tables that may be published, and what was held back."""

    tables: Tables
    held: Annotated[tuple[HeldBack, ...], Field(max_length=200)]
    audited: Audited


def run(task: Task) -> Protected:
    """Protect and audit, or audit what was printed."""
    if task.printed is not None:
        return Protected(tables=task.printed, held=(), audited=_audited(_audit_of(task, task.printed)))
    draft = protect(task.facts, task.sums, task.history, task.plan, task.tightening, task.number)
    told = sorted(draft.held, key=lambda each: each.finding is None)
    held = tuple(_held(each, draft, task.tightening, nth) for nth, each in enumerate(told))
    return Protected(tables=draft.tables(), held=held, audited=_audited(draft.audit()))


def _audit_of(task: Task, printed: Tables) -> Audit:
    fresh = tuple(each for each in printed if each.printed_in == task.number)
    this = Snapshot(number=task.number, facts=task.facts, tables=fresh, sums=task.sums)
    return Audit([*task.history, this], task.plan.links)


def _held(held: Held, draft: Draft, tightening: Tightening, nth: int) -> HeldBack:
    mended = mend(held, draft, tightening) if held.finding and nth < _MOST_MENDED else None
    return HeldBack(table=held.code, computed=held.finding and said(held.finding), mend=mended)


def _audited(audit: Audit) -> Audited:
    findings = list(audit.every())
    narrow = tuple(said(each) for each in findings if each.narrow)[:_MOST_NARROW]
    narrowest = min(findings, key=lambda each: each.interval.numbers, default=None)
    return Audited(intervals=audit.intervals(), narrow=narrow, narrowest=narrowest and said(narrowest))


def said(finding: Finding) -> Computed:
    """A finding without the name of who could compute it."""
    target = finding.target
    return Computed(
        table=target.table.code,
        indicator=target.table.indicator,
        keys=target.keys,
        period=target.table.period,
        since=target.since,
        attacker=_attacker(finding.attacker),
        low=finding.interval.low,
        high=finding.interval.high,
    )


def _attacker(name: str) -> Attacker:
    if name == OUTSIDER:
        return "outsider"
    return "police" if name == POLICE_TOGETHER else "organisation"
