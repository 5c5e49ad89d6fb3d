"""What has happened to an organisation that refers, and to its referrers, who are ids here; only ever grows."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.domain.messages import Event
from shared.domain.upcasting import StoredDay
from shared.i18n.code_lists import City, Id, OrganisationName, Sector

_MOST_SUCCESSORS = 50


def _checked(kbo: str) -> str:
    """The last two digits of a KBO number are 97 less the rest of the first eight divided by 97."""
    if int(kbo[8:]) != 97 - int(kbo[:8]) % 97:
        raise PydanticCustomError("kbo-not-valid", "no KBO number")
    return kbo


Kbo = Annotated[str, StringConstraints(pattern=r"^[01][0-9]{9}$"), AfterValidator(_checked)]
StoredKbo = Annotated[str, StringConstraints(max_length=10)]
"""As it was checked when it came in."""
Successors = Annotated[tuple[Id, ...], Field(min_length=2, max_length=_MOST_SUCCESSORS)]


class OrganisationRegistered(Event):
    """An organisation is known, under this name since that day."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: StoredDay
    kbo: StoredKbo | None = None


class OrganisationCorrected(Event):
    """It was registered wrongly: this is its sector, city and KBO number; `name` and `since` are those of then."""

    organisation_id: Id
    name: OrganisationName
    sector: Sector
    city: City
    since: StoredDay
    kbo: StoredKbo | None = None


class OrganisationRenamed(Event):
    """The same organisation bears another name since that day."""

    organisation_id: Id
    name: OrganisationName
    since: StoredDay


class ReferrerRegistered(Event):
    """A person who refers, known by id only, belongs to this organisation."""

    referrer_id: Id
    organisation_id: Id


class OrganisationMerged(Event):
    """From that day on it is part of another organisation."""

    organisation_id: Id
    into: Id
    since: StoredDay


class OrganisationSplit(Event):
    """From that day on there are these organisations in its place."""

    organisation_id: Id
    into: Successors
    since: StoredDay


OrganisationEvent = (
    OrganisationRegistered
    | OrganisationRenamed
    | ReferrerRegistered
    | OrganisationMerged
    | OrganisationSplit
    | OrganisationCorrected
)
