"""Which referrals were preceded by a training of their organisation, and which were the first of their referrer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from services.reporting.indicators import StepName
from services.reporting.rows.grain import Grain, Happening, Note
from services.reporting.rows.journeys import Entered, Entry
from services.reporting.rows.trainings import Present

LONGEST = 180
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FirstOfMonth(Note):
    """The first referral of a referrer in one month came in."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class FirstEntered(Note):
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
    trainings: dict[str, Present] = field(default_factory=dict)

    def preceding(self, entry: Entry) -> Present | None:
        """The last training that ended 1 to 180 days before; of two on one day the in-depth one."""
        before = [each for each in self.trainings.values() if 1 <= (entry.on - each.on).days <= LONGEST]
        return max(before, key=lambda each: (each.on, each.kind), default=None)


def _hear_entry(row: Referrer | None, note: Entered | FirstOfMonth) -> Referrer:
    return Referrer(_kept(row.entries if row else {}, note.entry.referral, note.entry, note))


def _first(referrer: Referrer) -> Iterator[Happening]:
    if entry := referrer.first():
        yield _entered("first", entry)


def _tell_first_of_month(month: Referrer) -> Iterator[FirstOfMonth]:
    if entry := month.first():
        yield FirstOfMonth(entry)


def _tell_first(referrer: Referrer) -> Iterator[FirstEntered]:
    if entry := referrer.first():
        yield FirstEntered(entry)


def _hear(row: Window | None, note: Entered | FirstEntered | Present) -> Window:
    window = row or Window()
    match note:
        case Entered(entry=entry):
            return replace(window, entries=_kept(window.entries, entry.referral, entry, note))
        case FirstEntered(entry=entry):
            return replace(window, firsts=_kept(window.firsts, entry.referral, entry, note))
        case Present():
            return replace(window, trainings=_kept(window.trainings, note.training, note, note))


def _kept(kept: Mapping[str, T], key: str, value: T, note: Note) -> dict[str, T]:
    others = {each: entry for each, entry in kept.items() if each != key}
    return {**others, key: value} if note.holds else others


def _preceded(window: Window) -> Iterator[Happening]:
    steps: dict[StepName, Mapping[str, Entry]] = {"preceded": window.entries, "first_preceded": window.firsts}
    for step, entries in steps.items():
        for entry in entries.values():
            if training := window.preceding(entry):
                days = str((entry.on - training.on).days)
                yield replace(_entered(step, entry), reason=training.kind, measured=days)


def _entered(step: StepName, entry: Entry) -> Happening:
    return Happening(step, entry.on, entry.cities(), entry.organisation, entry.sector)


def _month(note: Entered | FirstEntered) -> Iterator[str]:
    if note.entry.organisation:
        yield _window(note.entry.organisation, note.entry.on)


def _months(note: Present) -> Iterator[str]:
    days = (note.on + timedelta(days=nth) for nth in range(1, LONGEST + 1))
    yield from dict.fromkeys(_window(note.organisation, day) for day in days)


def _window(of: str, on: date) -> str:
    return f"{of}/{on:%Y-%m}"


def _month_of_referrer(note: Entered) -> Iterator[str]:
    if note.entry.referrer:
        yield _window(note.entry.referrer, note.entry.on)


REFERRER_MONTHS = Grain(
    "referrer_months", Referrer, {Entered: _month_of_referrer}, _hear_entry, tells=_tell_first_of_month
)
REFERRERS = Grain(
    "referrers", Referrer, {FirstOfMonth: lambda note: (note.entry.referrer,)}, _hear_entry, _first, _tell_first
)
WINDOWS = Grain("windows", Window, {Entered: _month, FirstEntered: _month, Present: _months}, _hear, _preceded)
