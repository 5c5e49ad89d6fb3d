"""Which referrals were preceded by a training of their organisation, and which were the first of their referrer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from services.reporting.metrics.catalogue import StepName
from services.reporting.metrics.measure import Measurement
from services.reporting.projections.entry import Entry
from services.reporting.projections.journeys import ReferralEntered
from services.reporting.projections.row_projection import DerivedEvent, RowProjection
from services.reporting.projections.trainings import OrganisationTrained

LONGEST = 180
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FirstReferralOfMonth(DerivedEvent):
    """The first referral of a referrer in one month came in."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class FirstReferral(DerivedEvent):
    """The first referral of a referrer came in."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Referrer:
    """How referrals of one referrer came in, by referral: all those of a month, or the first of every month."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def first(self) -> Entry | None:
        """The first of them."""
        return min(self.entries.values(), key=lambda entry: (entry.on, entry.referral), default=None)


@dataclass(frozen=True, slots=True)
class Window:
    """One organisation in one month: its referrals, those that were a referrer's first, and every training before.

    A training stands in the windows of all months that it can precede, so that a window needs no other row.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    firsts: dict[str, Entry] = field(default_factory=dict)
    trainings: dict[str, OrganisationTrained] = field(default_factory=dict)

    def preceding(self, entry: Entry) -> OrganisationTrained | None:
        """The last training that ended 1 to 180 days before; of two on one day the in-depth one."""
        before = [each for each in self.trainings.values() if 1 <= (entry.on - each.on).days <= LONGEST]
        return max(before, key=lambda each: (each.on, each.kind), default=None)


def _evolve_referrer(row: Referrer | None, event: ReferralEntered | FirstReferralOfMonth) -> Referrer:
    return Referrer(_kept(row.entries if row else {}, event.entry.referral, event.entry, event))


def _measure_first(referrer: Referrer) -> Iterator[Measurement]:
    if entry := referrer.first():
        yield _measurement("first", entry)


def _derive_first_of_month(month: Referrer) -> Iterator[FirstReferralOfMonth]:
    if entry := month.first():
        yield FirstReferralOfMonth(entry)


def _derive_first(referrer: Referrer) -> Iterator[FirstReferral]:
    if entry := referrer.first():
        yield FirstReferral(entry)


def _evolve_window(row: Window | None, event: ReferralEntered | FirstReferral | OrganisationTrained) -> Window:
    window = row or Window()
    match event:
        case ReferralEntered(entry=entry):
            return replace(window, entries=_kept(window.entries, entry.referral, entry, event))
        case FirstReferral(entry=entry):
            return replace(window, firsts=_kept(window.firsts, entry.referral, entry, event))
        case OrganisationTrained():
            return replace(window, trainings=_kept(window.trainings, event.training, event, event))


def _kept(kept: Mapping[str, T], key: str, value: T, event: DerivedEvent) -> dict[str, T]:
    others = {each: entry for each, entry in kept.items() if each != key}
    return {**others, key: value} if event.holds else others


def _measure_preceded(window: Window) -> Iterator[Measurement]:
    steps: dict[StepName, Mapping[str, Entry]] = {"preceded": window.entries, "first_preceded": window.firsts}
    for step, entries in steps.items():
        for entry in entries.values():
            if training := window.preceding(entry):
                days = str((entry.on - training.on).days)
                yield replace(_measurement(step, entry), reason=training.kind, measured=days)


def _measurement(step: StepName, entry: Entry) -> Measurement:
    return Measurement(step, entry.on, entry.referral, entry.cities(), entry.organisation, entry.sector)


def _month(event: ReferralEntered | FirstReferral) -> Iterator[str]:
    if event.entry.organisation:
        yield _window(event.entry.organisation, event.entry.on)


def _months(event: OrganisationTrained) -> Iterator[str]:
    days = (event.on + timedelta(days=nth) for nth in range(1, LONGEST + 1))
    yield from dict.fromkeys(_window(event.organisation, day) for day in days)


def _window(of: str, on: date) -> str:
    return f"{of}/{on:%Y-%m}"


def _month_of_referrer(event: ReferralEntered) -> Iterator[str]:
    if event.entry.referrer:
        yield _window(event.entry.referrer, event.entry.on)


REFERRER_MONTHS = RowProjection(
    "referrer_months",
    Referrer,
    {ReferralEntered: _month_of_referrer},
    _evolve_referrer,
    derive=_derive_first_of_month,
)
REFERRERS = RowProjection(
    "referrers",
    Referrer,
    {FirstReferralOfMonth: lambda event: (event.entry.referrer,)},
    _evolve_referrer,
    _measure_first,
    _derive_first,
)
WINDOWS = RowProjection(
    "windows",
    Window,
    {ReferralEntered: _month, FirstReferral: _month, OrganisationTrained: _months},
    _evolve_window,
    _measure_preceded,
)
