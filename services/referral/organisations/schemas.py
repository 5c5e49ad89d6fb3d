"""What each request about an organisation or a referrer carries; commands inherit these fields."""

from __future__ import annotations

from pydantic import Field

from services.referral.organisations.events import Kbo, Successors
from shared.domain.bounds import Day, PersonalText
from shared.domain.messages import Message
from shared.i18n.code_lists import City, Id, OrganisationName, Sector


class NewName(Message):
    """A name for an organisation, from a day on."""

    name: OrganisationName
    since: Day


class Description(Message):
    """The sector and city of an organisation, and its KBO number where it is known."""

    sector: Sector
    city: City
    kbo: Kbo | None = None


class NewOrganisation(NewName, Description):
    """An organisation that refers."""

    organisation_id: Id


class Merger(Message):
    """The organisation that it is part of, from a day on."""

    into: Id
    since: Day


class Split(Message):
    """The organisations that are in its place, from a day on."""

    into: Successors
    since: Day


class ReferrerBody(Message):
    """A person of an organisation who refers, known by id."""

    referrer_id: Id
    organisation_id: Id


class NamedReferrer(Message):
    """What is to be known of a referrer, whole."""

    name: PersonalText = Field(repr=False)
    email: PersonalText | None = Field(default=None, repr=False)


class NewReferrer(ReferrerBody, NamedReferrer):
    """A referrer; the name goes to the personal data, never into an event."""
