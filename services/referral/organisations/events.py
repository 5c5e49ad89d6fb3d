"""What has happened to an organisation that refers, and to its referrers, who are ids here; only ever grows."""

from __future__ import annotations

from shared.domain.messages import Event
from shared.domain.upcasting import StoredDay
from shared.i18n.code_lists import City, Id, OrganisationName, Sector


class OrganisationRegistered(Event):
    """An organisation is known, under this name since that day."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: StoredDay


class OrganisationRenamed(Event):
    """The same organisation bears another name since that day."""

    organisation_id: Id
    name: OrganisationName
    since: StoredDay


class ReferrerRegistered(Event):
    """A person who refers, known by id only, belongs to this organisation."""

    referrer_id: Id
    organisation_id: Id


OrganisationEvent = OrganisationRegistered | OrganisationRenamed | ReferrerRegistered
