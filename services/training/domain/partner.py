"""The rules of a partner: an organisation of the register, in a role, from a day until a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.training.commands.steering import JoinProgramme, LeaveProgramme, PartnerCommand
from services.training.events.steering import PartnerEvent, PartnerJoined, PartnerLeft
from services.training.events.values import PartnerRole
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused


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


initial = Partner()


def evolve(state: Partner, event: PartnerEvent) -> Partner:
    """The partner after one fact."""
    match event:
        case PartnerJoined():
            earlier = tuple(_ended(term, event.since) for term in state.terms if term.since < event.since)
            return replace(state, terms=(*earlier, Term(event.role, event.since)), city=event.city or state.city)
        case PartnerLeft():
            return replace(state, terms=(*state.terms[:-1], replace(state.terms[-1], until=event.until)))
        case _:
            assert_never(event)


def decide(state: Partner, command: PartnerCommand) -> list[PartnerEvent]:
    """The facts a command leads to; [] when it already holds; raises Refused."""
    match command:
        case JoinProgramme():
            return join(state, command)
        case LeaveProgramme():
            return leave(state, command)
        case _:
            assert_never(command)


def join(state: Partner, command: JoinProgramme) -> list[PartnerEvent]:
    """A role holds from its day on; the same day again corrects it, a later day follows it."""
    not_in_future(command.since, command.at)
    last = state.last
    if last == Term(command.role, command.since):
        return []
    if last and command.since < last.since:
        raise Refused("date-before-joined")
    if last and last.until and command.since < last.until:
        raise Refused("date-before-left")
    return [PartnerJoined(partner_id=command.partner_id, role=command.role, since=command.since, city=command.city)]


def leave(state: Partner, command: LeaveProgramme) -> list[PartnerEvent]:
    """Only a partner leaves, after the day he joined; another day corrects it."""
    not_in_future(command.until, command.at)
    last = state.last
    if last is None:
        raise Refused("partner-unknown")
    if last.until == command.until:
        return []
    if command.until <= last.since:
        raise Refused("date-before-joined")
    return [PartnerLeft(partner_id=command.partner_id, until=command.until)]


def _ended(term: Term, until: date) -> Term:
    return term if term.until else replace(term, until=until)
