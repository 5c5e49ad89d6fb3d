"""What an approver sees on one page: the plan, the narrowest interval, and what differs from the last release."""

from __future__ import annotations

from collections.abc import Iterator

from services.reporting.releases.history import last_of
from services.reporting.releases.plan import Tightening, plan
from services.reporting.releases.state import Release, Releases, Status
from services.reporting.releases.suppress import REFERRALS
from services.reporting.releases.values import Content, Heading
from services.reporting.releases.words import cell_words
from shared.domain.messages import Message
from shared.i18n.text import Text


class Narrowest(Message):
    """The hidden cell of which most can be computed, by whoever, and between how many whole numbers it stays."""

    cell: Text
    numbers: int


class Difference(Message):
    """A number that differs from the last release of the period: a total, or a cell that is shown in either."""

    table: str
    keys: tuple[str, ...]
    before: int | None
    now: int | None


class Written(Message):
    """What people say under a heading."""

    language: str
    heading: Heading
    text: str


class Approval(Message):
    """The page; `held_back` are the planned tables that it does not print anew."""

    release: str
    number: int
    status: Status
    reason: Text
    tightening: Tightening
    content: Content
    narrowest: Narrowest | None
    intervals: int | None
    safe: bool | None
    held_back: tuple[str, ...]
    differences: tuple[Difference, ...]
    narrative: tuple[Written, ...]
    sent_back: str | None


def approval_of(release: Release, state: Releases) -> Approval:
    """Of one release, before it is published or after."""
    prepared, audited = release.prepared, release.audited.audited if release.audited else None
    narrowest = audited.narrowest if audited else None
    referrals = next((each.n for each in prepared.content.sums if each.indicator == REFERRALS), 0)
    return Approval(
        release=prepared.release_id,
        number=prepared.number,
        status=release.status,
        reason=plan().step(referrals).reason,
        tightening=prepared.tightening,
        content=prepared.content,
        narrowest=narrowest and Narrowest(cell=cell_words(narrowest), numbers=narrowest.high - narrowest.low + 1),
        intervals=audited.intervals if audited else None,
        safe=not audited.narrow if audited else None,
        held_back=tuple(each.table for each in prepared.held),
        differences=tuple(
            _differences(last_of(_before(state, prepared.number), prepared.content.period), prepared.content)
        ),
        narrative=tuple(
            Written(language=each.language, heading=each.heading, text=each.text) for each in release.narrative.values()
        ),
        sent_back=release.sent_back.reason if release.status == "sent_back" and release.sent_back else None,
    )


def _before(state: Releases, number: int) -> Releases:
    return Releases(state.by_id, state.published[: number - 1])


def _differences(last: Content | None, now: Content) -> Iterator[Difference]:
    before, after = _numbers(last), _numbers(now)
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            table, *keys = key
            yield Difference(table=table, keys=tuple(keys), before=before.get(key), now=after.get(key))


def _numbers(content: Content | None) -> dict[tuple[str, ...], int]:
    if content is None:
        return {}
    totals = {(each.indicator,): each.n for each in content.sums}
    cells = {(t.code, *cell.keys): cell.n for t in content.tables for cell in t.cells if cell.n is not None}
    return totals | cells
