"""What is known of one partner, and how each event changes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.training.partners.events import PartnerEvent, PartnerJoined, PartnerLeft
from services.training.values import PartnerRole


@dataclass(frozen=True, slots=True)
class Term:
    """One role, from `since`; `until` is the first day without it."""

    role: PartnerRole
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner's terms, in order of date; `city` is that of the organisation, where it is known."""

    terms: tuple[Term, ...] = ()
    city: str | None = None

    @property
    def last(self) -> Term | None:
        """The term that came last, running or over."""
        return self.terms[-1] if self.terms else None


def evolve(state: Partner, event: PartnerEvent) -> Partner:
    """The partner after one event."""
    match event:
        case PartnerJoined():
            earlier = tuple(_ended(term, event.since) for term in state.terms if term.since < event.since)
            return replace(state, terms=(*earlier, Term(event.role, event.since)), city=event.city or state.city)
        case PartnerLeft():
            return replace(state, terms=(*state.terms[:-1], replace(state.terms[-1], until=event.until)))
        case _:
            assert_never(event)


def _ended(term: Term, until: date) -> Term:
    return term if term.until else replace(term, until=until)
