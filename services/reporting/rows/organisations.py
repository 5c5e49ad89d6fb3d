"""Organisations: the names they bore, each since a day, and when they were partners of the programme."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from services.reporting.rows.grain import Grain
from shared.contracts.referral import OrganisationRegistered, OrganisationRenamed
from shared.contracts.training import PartnerJoined, PartnerLeft

Told: TypeAlias = "OrganisationRegistered | OrganisationRenamed | PartnerJoined | PartnerLeft"


@dataclass(frozen=True, slots=True)
class Membership:
    """Partner in that role, until a day or still."""

    role: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """One identity: its names and its times as a partner, each by the day it began."""

    names: dict[date, str] = field(default_factory=dict)
    memberships: dict[date, Membership] = field(default_factory=dict)

    def name_on(self, on: date) -> str | None:
        """The name it bore that day, or its first one before it had any; None while it is not in the register."""
        begun = sorted(self.names)
        borne = [since for since in begun if since <= on] or begun[:1]
        return self.names[borne[-1]] if borne else None

    def membership_in(self, since: date, until: date) -> tuple[date, Membership] | None:
        """The last time as a partner of which a day lies in that period, and when it began."""
        held = [
            (begun, each)
            for begun, each in self.memberships.items()
            if begun <= until and (each.until is None or each.until > since)
        ]
        return max(held, key=lambda each: each[0], default=None)


def fold(row: Organisation | None, message: Told) -> Organisation:
    """The organisation after `message`."""
    organisation = row or Organisation()
    match message:
        case OrganisationRegistered() | OrganisationRenamed():
            return replace(organisation, names={**organisation.names, message.since: message.name})
        case PartnerJoined():
            ended = {since: each for since, each in organisation.memberships.items() if each.until}
            return replace(organisation, memberships={**ended, message.since: Membership(message.role)})
        case PartnerLeft():
            left = {
                since: each if each.until else replace(each, until=message.until)
                for since, each in organisation.memberships.items()
            }
            return replace(organisation, memberships=left)


ORGANISATIONS = Grain(
    "organisations",
    Organisation,
    {
        OrganisationRegistered: lambda message: (message.organisation,),
        OrganisationRenamed: lambda message: (message.organisation,),
        PartnerJoined: lambda message: (message.partner,),
        PartnerLeft: lambda message: (message.partner,),
    },
    fold,
)
