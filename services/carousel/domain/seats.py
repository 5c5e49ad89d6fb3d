"""Which sessions of a cycle a person would attend: the one rule that placing and foreseeing share."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from services.carousel.events.values import Session


def seats(sessions: Iterable[Session], attended: Collection[int], from_on: date) -> tuple[Session, ...]:
    """The first session from that day on of every module yet to attend, in order of day.

    Who never attended enters at the first session that allows entry.
    """
    ahead = sorted((each for each in sessions if each.on >= from_on), key=lambda each: (each.on, each.starts))
    if not attended:
        ahead = ahead[next((n for n, each in enumerate(ahead) if each.entry_allowed), len(ahead)) :]
    first: dict[int, Session] = {}
    for each in ahead:
        if each.module not in attended:
            first.setdefault(each.module, each)
    return tuple(first.values())
