"""What is known of one organisation, and how each event changes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.referral.organisations.events import (
    OrganisationEvent,
    OrganisationRegistered,
    OrganisationRenamed,
    ReferrerRegistered,
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `names` are (since, name) in order of date."""

    registered: OrganisationRegistered | None = None
    names: tuple[tuple[date, str], ...] = ()
    referrers: frozenset[str] = frozenset()

    def name_on(self, day: date) -> str | None:
        """The name borne on a day; None before the first."""
        return next((name for since, name in reversed(self.names) if since <= day), None)


INITIAL = Organisation()


def evolve(state: Organisation, event: OrganisationEvent) -> Organisation:
    """The organisation after one event."""
    match event:
        case OrganisationRegistered():
            return replace(state, registered=event, names=((event.since, event.name),))
        case OrganisationRenamed():
            names = {**dict(state.names), event.since: event.name}
            return replace(state, names=tuple(sorted(names.items())))
        case ReferrerRegistered():
            return replace(state, referrers=state.referrers | {event.referrer_id})
        case _:
            assert_never(event)
