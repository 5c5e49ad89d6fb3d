"""What earlier releases told: what the protection and the audit of the next one start from."""

from __future__ import annotations

from services.reporting.releases.engine import Task
from services.reporting.releases.events import ReleasePrepared
from services.reporting.releases.facts import Facts
from services.reporting.releases.model import Snapshot
from services.reporting.releases.plan import Plan, Tightening
from services.reporting.releases.state import Releases
from services.reporting.releases.values import Content
from shared.contracts.released import Period, Tables


def published(state: Releases) -> list[ReleasePrepared]:
    """The published releases, in the order of their numbers."""
    return [state.by_id[each].prepared for each in state.published]


def last_of(state: Releases, period: Period) -> Content | None:
    """The last one of the same year, or of the project."""
    alike = (
        each.content
        for each in reversed(published(state))
        if (each.content.period.kind, each.content.period.since) == (period.kind, period.since)
    )
    return next(alike, None)


def task(
    state: Releases,
    facts: Facts,
    sums: dict[str, int],
    plan: Plan,
    tightening: Tightening,
    printed: Tables | None = None,
) -> Task:
    """What the engine is asked: to protect, or to audit what was `printed`."""
    return Task(
        plan=plan,
        number=state.last + 1,
        facts=facts,
        sums=sums,
        history=tuple(snapshot_of(each) for each in published(state)),
        tightening=tightening,
        printed=printed,
    )


def snapshot_of(prepared: ReleasePrepared) -> Snapshot:
    """What a release printed anew."""
    return Snapshot(
        number=prepared.number,
        facts=prepared.facts,
        tables=tuple(each for each in prepared.content.tables if each.printed_in == prepared.number),
        sums=sums_of(prepared.content, prepared.facts),
    )


def sums_of(content: Content, facts: Facts) -> dict[str, int]:
    """The totals of the indicators that the tables tell apart."""
    counted = {each.indicator for each in facts.contributions}
    return {each.indicator: each.n for each in content.sums if each.indicator in counted}
