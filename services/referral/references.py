"""Every name of something else that a request holds: checked where it comes in, and refused by code and field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from services.referral.queries.organisations import programme_since, refers_for, registered
from services.referral.queries.referrals import has_duplicates
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import LinkDuplicate
from services.referral.referrals.schemas import EntryBody
from services.referral.referrals.state import VOID
from services.referral.refusals import Refusal
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection, EventStore, VersionConflict
from shared.eventstore.loading import load
from shared.http.auth import Caller
from shared.http.problems import Unacceptable
from shared.i18n.municipalities import is_municipality
from shared.privacy.personal_data import lock

Fault = tuple[str, Refusal]
_LINKING, _ENDING_ORGANISATIONS = "linking duplicates", "ending organisations"  # no id has a space


async def require_known(connection: Connection, entry: EntryBody, cities: Collection[str]) -> None:
    """Every name in an entry leads somewhere; `cities` are those in which the caller works himself.

    Raises Unacceptable with every fault.
    """
    faults = list(_of_municipalities(entry))
    faults += await _of_programme(connection, entry, cities)
    faults += await _of_organisation(connection, entry)
    refuse(faults)


def refuse(faults: Sequence[Fault]) -> None:
    """Raises Unacceptable when there are any."""
    if faults:
        raise Unacceptable(faults[0][1], [{"field": f"body.{field}", "code": str(code)} for field, code in faults])


def _of_municipalities(entry: EntryBody) -> Iterator[Fault]:
    told = {
        "preferred_city": entry.preferred_city,
        "city_of_residence": entry.city_of_residence,
        "referrer_city": entry.referrer_city,
    }
    for field, city in told.items():
        if city and not is_municipality(city):
            yield field, Refusal.CITY_UNKNOWN


async def _of_programme(connection: Connection, entry: EntryBody, cities: Collection[str]) -> list[Fault]:
    city = entry.preferred_city
    if not is_municipality(city):
        return []
    since = await programme_since(connection, city)
    if since is None and city not in cities:
        return [("preferred_city", Refusal.CITY_NOT_IN_PROGRAMME)]
    if since and entry.organisation_id is None and entry.received_on < since:
        return [("received_on", Refusal.DATE_BEFORE_PROGRAMME)]
    return []


async def _of_organisation(connection: Connection, entry: EntryBody) -> list[Fault]:
    if entry.organisation_id is None:
        return [("organisation_id", Refusal.ORGANISATION_MISSING)] if entry.referrer_id else []
    organisation = await registered(connection, entry.organisation_id)
    if organisation is None:
        return [("organisation_id", Refusal.ORGANISATION_UNKNOWN)]
    faults: list[Fault] = []
    if organisation.sector != entry.sector:
        faults.append(("sector", Refusal.SECTOR_OF_ORGANISATION))
    if organisation.ended and organisation.ended <= entry.received_on:
        faults.append(("organisation_id", Refusal.ORGANISATION_ENDED))
    if entry.received_on < organisation.since:
        faults.append(("received_on", Refusal.DATE_BEFORE_REGISTERED))
    if entry.referrer_id and not await refers_for(connection, entry.referrer_id, entry.organisation_id):
        faults.append(("referrer_id", Refusal.REFERRER_UNKNOWN))
    return faults


async def require_city_of_programme(connection: Connection, city: str, cities: Collection[str], field: str) -> None:
    """The programme runs there, or the caller works there. Raises Unacceptable."""
    if not is_municipality(city):
        refuse([(field, Refusal.CITY_UNKNOWN)])
    elif city not in cities and await programme_since(connection, city) is None:
        refuse([(field, Refusal.CITY_NOT_IN_PROGRAMME)])


async def require_organisations(connection: Connection, into: Sequence[str]) -> None:
    """Each of these is registered and goes on; nobody else ends one meanwhile. Raises Unacceptable."""
    await lock(connection, _ENDING_ORGANISATIONS)
    for each in into:
        found = await registered(connection, each)
        if found is None:
            refuse([("into", Refusal.ORGANISATION_UNKNOWN)])
        elif found.ended:
            refuse([("into", Refusal.ORGANISATION_ENDED)])


async def require_original(connection: Connection, store: EventStore, caller: Caller, link: LinkDuplicate) -> None:
    """The target of a link is a referral in the caller's sight that counts itself; nobody links meanwhile.

    What led to the group is the duplicate of an accepted referral only: what was attended counts there.
    Raises Unacceptable with one code for what does not exist and for what he may not see, and Refused.
    """
    await lock(connection, _LINKING)
    _, target = await load(connection, store, REFERRAL, link.of)
    if target.city is None or target.city not in caller.cities:
        refuse([("of", Refusal.REFERRAL_UNKNOWN)])
    if target.status in VOID or await has_duplicates(connection, link.referral_id):
        raise Refused(Refusal.DUPLICATE_CHAIN)
    _, own = await load(connection, store, REFERRAL, link.referral_id)
    if own.started_on and target.accepted is None:
        raise Refused(Refusal.REFERRAL_NOT_ACCEPTED)


async def require_no_duplicate(connection: Connection, referral_id: str) -> None:
    """No referral was linked to it since it was decided on. Raises VersionConflict."""
    await lock(connection, _LINKING)
    if await has_duplicates(connection, referral_id):
        raise VersionConflict(REFERRAL.stream(referral_id))
