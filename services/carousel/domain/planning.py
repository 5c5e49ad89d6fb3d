"""The days of a cycle: one session a week from the first date on, holidays of Belgium and closed days left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, time, timedelta

from holidays import country_holidays

from services.carousel.events.cycle import Module, Session

_LONGEST = timedelta(days=366)


def free_days(first: date) -> frozenset[date]:
    """The public holidays of Belgium in the year of `first` and the next."""
    return frozenset(country_holidays("BE", years=(first.year, first.year + 1)))


def sessions(
    cycle_id: str,
    modules: Sequence[Module],
    first: date,
    starts: time,
    *,
    weeks_between: int = 1,
    closed: Collection[date] = (),
) -> tuple[Session, ...]:
    """A session for each module in the order given, `weeks_between` weeks apart.

    A week whose day is a holiday or closed is skipped; when a year holds too few days, fewer sessions come back.
    """
    left_out = free_days(first) | frozenset(closed)
    rhythm = timedelta(weeks=weeks_between)
    days = (first + n * rhythm for n in range(_LONGEST // rhythm))
    open_days = (day for day in days if day not in left_out)
    return tuple(
        Session(
            session_id=f"{cycle_id}-{nth}",
            module=module.number,
            entry_allowed=module.entry_allowed,
            on=on,
            starts=starts,
        )
        for nth, (module, on) in enumerate(zip(modules, open_days, strict=False), start=1)
    )
