"""A release in the making, small enough to read."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.reporting.releases.aggregate import RELEASES
from services.reporting.releases.commands import (
    ApproveRelease,
    AuditRelease,
    HandOverRelease,
    PrepareRelease,
    PublishRelease,
    ReleaseCommand,
    SendBackRelease,
    WriteNarrative,
)
from services.reporting.releases.facts import Facts
from services.reporting.releases.plan import Tightening
from services.reporting.releases.state import Releases
from services.reporting.releases.values import Audited, Computed, Content
from shared.contracts.released import Cell, Group, Period, Sum, Table

AT = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
PERIOD = Period(kind="project", since=date(2024, 1, 1), until=date(2025, 12, 31))
TABLE = Table(
    code="received_by_sector_group",
    indicator="referrals_received",
    axes=("sector_group",),
    period=PERIOD,
    printed_in=1,
    groups=(Group(key="health", members=("health",)), Group(key="welfare", members=("welfare",))),
    cells=(Cell(keys=("health",), n=None), Cell(keys=("welfare",), n=9)),
)
CONTENT = Content(
    period=PERIOD,
    plan=1,
    catalogue=5,
    sums=(Sum(indicator="referrals_received", n=23, revised=False),),
    tables=(TABLE,),
    waits=(),
    counts=(),
)
SAFE = Audited(intervals=3, narrow=(), narrowest=None)
TOLD = Computed(
    table=TABLE.code,
    indicator=TABLE.indicator,
    keys=("health",),
    period=PERIOD,
    since=None,
    attacker="organisation",
    low=2,
    high=3,
)
UNSAFE = Audited(intervals=3, narrow=(TOLD,), narrowest=TOLD)


def prepare(
    release: str = "r1", by: str = "anna", based_on: int = 0, supersedes: int | None = None, content: Content = CONTENT
) -> PrepareRelease:
    return PrepareRelease(
        at=AT,
        by=by,
        release_id=release,
        based_on=based_on,
        supersedes=supersedes,
        cities=("Oostende",),
        tightening=Tightening(),
        facts=Facts(period=PERIOD, cities=("Brugge", "Oostende"), contributions=()),
        content=content,
        held=(),
    )


def audit(release: str = "r1", found: Audited = SAFE, based_on: int = 0, content: Content = CONTENT) -> AuditRelease:
    return AuditRelease(at=AT, by="anna", release_id=release, based_on=based_on, content=content, audited=found)


def hand_over(release: str = "r1", by: str = "anna") -> HandOverRelease:
    return HandOverRelease(at=AT, by=by, release_id=release)


def approve(
    release: str = "r1", by: str = "bart", *, steering: bool = True, cities: tuple[str, ...] = ()
) -> ApproveRelease:
    return ApproveRelease(at=AT, by=by, release_id=release, steering=steering, cities=cities)


def send_back(release: str = "r1", by: str = "bart") -> SendBackRelease:
    return SendBackRelease(at=AT, by=by, release_id=release, reason="the period is not over")


def publish(release: str = "r1") -> PublishRelease:
    return PublishRelease(at=AT, by="anna", release_id=release)


def write(text: str = "It went well.") -> WriteNarrative:
    return WriteNarrative(at=AT, by="anna", release_id="r1", language="en", heading="course", text=text)


def after(*commands: ReleaseCommand) -> Releases:
    """The releases after these commands."""
    state = RELEASES.initial
    for command in commands:
        state = RELEASES.fold(RELEASES.decide(state, command), state)
    return state
