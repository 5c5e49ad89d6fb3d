"""What is known of one organisation, and how each event changes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.referral.organisations.events import (
    OrganisationCorrected,
    OrganisationEvent,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
    ReferrerRegistered,
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `names` are (since, name) in order of date, `first` is how it was registered at once."""

    registered: OrganisationRegistered | None = None
    first: OrganisationRegistered | None = None
    names: tuple[tuple[date, str], ...] = ()
    referrers: frozenset[str] = frozenset()
    ended: OrganisationMerged | OrganisationSplit | None = None

    def name_on(self, day: date) -> str | None:
        """The name borne on a day; None before the first."""
        return next((name for since, name in reversed(self.names) if since <= day), None)


INITIAL = Organisation()


def evolve(state: Organisation, event: OrganisationEvent) -> Organisation:
    """The organisation after one event."""
    match event:
        case OrganisationRegistered():
            return replace(state, registered=event, first=event, names=((event.since, event.name),))
        case OrganisationRenamed():
            names = {**dict(state.names), event.since: event.name}
            return replace(state, names=tuple(sorted(names.items())))
        case ReferrerRegistered():
            return replace(state, referrers=state.referrers | {event.referrer_id})
        case OrganisationCorrected():
            told = {"sector": event.sector, "city": event.city, "kbo": event.kbo}
            return replace(state, registered=state.registered and state.registered.model_copy(update=told))
        case OrganisationMerged() | OrganisationSplit():
            return replace(state, ended=event)
        case _:
            assert_never(event)
