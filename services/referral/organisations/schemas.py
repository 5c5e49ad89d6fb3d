"""What each request about an organisation or a referrer carries; commands inherit these fields."""

from __future__ import annotations

from pydantic import Field

from shared.domain.bounds import Day, PersonalText
from shared.domain.messages import Message
from shared.i18n.code_lists import City, Id, OrganisationName, Sector


class NewName(Message):
    """A name for an organisation, from a day on."""

    name: OrganisationName
    since: Day


class NewOrganisation(NewName):
    """An organisation that refers."""

    organisation_id: Id
    sector: Sector
    city: City


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
