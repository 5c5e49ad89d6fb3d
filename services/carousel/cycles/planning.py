"""The days of a cycle: one session a week from the first date on, holidays of Belgium and closed days left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, time, timedelta
from typing import get_args

from holidays import country_holidays

from services.carousel.refusals import Refusal
from services.carousel.values import Module, Session
from shared.domain.bounds import LAST_DAY
from shared.domain.messages import Refused
from shared.i18n.code_lists import Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_LONGEST = timedelta(days=731)


def free_days(first: date) -> frozenset[date]:
    """The public holidays of Belgium in the year of `first` and the next two."""
    return frozenset(country_holidays("BE", years=(first.year, first.year + 1, first.year + 2)))


def in_order(modules: Sequence[Module], order: Sequence[int]) -> list[Module]:
    """The modules beginning with those that `order` names, then the others; raises Refused for an order that cannot be.

    An order names each module once at most, and modules of the offer only.
    """
    if len(set(order)) < len(order):
        raise Refused(Refusal.MODULE_TWICE_IN_ORDER)
    if not set(order) <= {each.number for each in modules}:
        raise Refused(Refusal.MODULE_UNKNOWN)
    place = {number: nth for nth, number in enumerate(order)}
    return sorted(modules, key=lambda each: place.get(each.number, len(place)))


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

    A week whose day is a holiday or closed is skipped. When two years, or what is left of the century, hold too few
    days, fewer sessions come back: such a plan is refused where it is decided.
    """
    left_out = free_days(first) | frozenset(closed)
    rhythm = timedelta(weeks=weeks_between)
    until = min(_LONGEST, LAST_DAY - first)
    days = (first + n * rhythm for n in range(until // rhythm + 1))
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
