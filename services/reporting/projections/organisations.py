"""Organisations: the names they had, each since a day, and when they were partners of the programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from services.reporting.projections.row_projection import DerivedEvent, RowProjection
from shared.contracts.referral import (
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
)
from shared.contracts.training import PartnerJoined, PartnerLeft

OrganisationEvent: TypeAlias = (
    OrganisationRegistered | OrganisationRenamed | OrganisationMerged | OrganisationSplit | PartnerJoined | PartnerLeft
)


@dataclass(frozen=True, slots=True)
class OrganisationSituated(DerivedEvent):
    """An organisation is registered in that city."""

    organisation: str
    city: str


@dataclass(frozen=True, slots=True)
class Register:
    """What the register says of an organisation, beside its names."""

    organisation: str
    city: str
    sector: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Partner in that role, until a day or still."""

    role: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """One identity: its names and its times as a partner, each by the day it began, and what the register says of it.

    `successors` are the organisations that stand in its place since a day: the one it merged into, or its parts.
    """

    names: dict[date, str] = field(default_factory=dict)
    memberships: dict[date, Membership] = field(default_factory=dict)
    successors: dict[date, tuple[str, ...]] = field(default_factory=dict)
    register: Register | None = None

    def name_on(self, on: date) -> str | None:
        """The name it bore that day, or its first one before it had any; None while it is not in the register."""
        begun = sorted(self.names)
        borne = [since for since in begun if since <= on] or begun[:1]
        return self.names[borne[-1]] if borne else None

    def memberships_in(self, since: date, until: date) -> list[tuple[date, Membership]]:
        """Its times as a partner of which a day lies in that period, in order, each with the day it began."""
        return [
            (begun, each)
            for begun, each in sorted(self.memberships.items(), key=lambda each: each[0])
            if begun <= until and (each.until is None or each.until > since)
        ]


def evolve(row: Organisation | None, event: OrganisationEvent) -> Organisation:
    """The organisation after `event`."""
    organisation = row or Organisation()
    match event:
        case OrganisationRegistered():
            register = Register(event.organisation, event.city, event.sector)
            return replace(organisation, names={**organisation.names, event.since: event.name}, register=register)
        case OrganisationRenamed():
            return replace(organisation, names={**organisation.names, event.since: event.name})
        case OrganisationMerged():
            return replace(organisation, successors={**organisation.successors, event.since: (event.into,)})
        case OrganisationSplit():
            return replace(organisation, successors={**organisation.successors, event.since: event.into})
        case PartnerJoined():
            return replace(organisation, memberships=_joined(organisation.memberships, event))
        case PartnerLeft():
            return replace(organisation, memberships=_left(organisation.memberships, event))


def _joined(memberships: dict[date, Membership], event: PartnerJoined) -> dict[date, Membership]:
    """A role stated again for its day replaces the one of that day; a later one ends the one before."""
    earlier = {
        since: each if each.until else replace(each, until=event.since)
        for since, each in memberships.items()
        if since < event.since
    }
    return {**earlier, event.since: Membership(event.role)}


def _left(memberships: dict[date, Membership], event: PartnerLeft) -> dict[date, Membership]:
    """The last one ends; stated again, on another day."""
    last = max(memberships, default=None)
    return {**memberships, last: replace(memberships[last], until=event.until)} if last else memberships


def derive(organisation: Organisation) -> Iterator[OrganisationSituated]:
    """Where it is."""
    if register := organisation.register:
        yield OrganisationSituated(register.organisation, register.city)


ORGANISATIONS = RowProjection(
    "organisations",
    Organisation,
    {
        **dict.fromkeys(
            (OrganisationRegistered, OrganisationRenamed, OrganisationMerged, OrganisationSplit),
            lambda event: (event.organisation,),
        ),
        PartnerJoined: lambda event: (event.partner,),
        PartnerLeft: lambda event: (event.partner,),
    },
    evolve,
    derive=derive,
)
