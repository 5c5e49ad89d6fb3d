"""Who may ask what: the roles, and what each may act on, asked of the state that is decided on."""

from __future__ import annotations

from services.referral.domain.referral import Referral
from services.referral.domain.register import Organisation
from services.referral.views import cases, organisations
from shared.domain.messages import id_not_available
from shared.eventstore.command_handler import AccessCheck
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.commands import MaySee
from shared.http.problems import NotVisible
from shared.privacy.personal_data import lock

COORDINATES = allow(Role.COORDINATOR)
READS_REGISTER = allow(Role.COORDINATOR, Role.FACILITATOR, Role.TRAINER)
WORKS = allow(Role.FACILITATOR)
READS_OWN = allow(Role.REFERRER)
REFERS = allow(Role.FACILITATOR, Role.REFERRER)
KEEPS_NAMES = allow(Role.FACILITATOR, Role.DATA_PROTECTION)
KEEPS_REFERRERS = allow(Role.COORDINATOR, Role.DATA_PROTECTION)
PROTECTS_DATA = allow(Role.DATA_PROTECTION)


def works_on(caller: Caller) -> AccessCheck[Referral]:
    """A facilitator acts on the referrals of his cities."""

    def permit(state: Referral) -> None:
        if state.received is None or state.received.preferred_city not in caller.cities:
            raise NotVisible

    return permit


def coordinates(caller: Caller) -> AccessCheck[Organisation]:
    """A coordinator acts on the organisations of his cities."""

    def permit(state: Organisation) -> None:
        if state.registered is None or state.registered.city not in caller.cities:
            raise NotVisible

    return permit


def cities_of(caller: Caller) -> frozenset[str] | None:
    """The cities whose people the caller sees; None for everybody, whom the data-protection contact sees."""
    return None if caller.role is Role.DATA_PROTECTION else caller.cities


async def person_of(connection: Connection, caller: Caller, referral_id: str) -> str:
    """The id of the person of a case in the caller's sight, whom nobody else writes about meanwhile.

    Raises NotVisible.
    """
    person_id = await cases.whose(connection, caller, referral_id)
    if person_id is None:
        raise NotVisible
    await lock(connection, person_id)
    return person_id


def sees_person(caller: Caller, referral_id: str) -> MaySee:
    """Asked before an answer about the person of a case is given again."""

    async def sees(connection: Connection) -> None:
        await person_of(connection, caller, referral_id)

    return sees


async def organisation_of(connection: Connection, caller: Caller, referrer_id: str) -> str:
    """The organisation of a referrer in the caller's sight, whom nobody else writes about. Raises NotVisible."""
    await lock(connection, referrer_id)
    found, cities = await organisations.referrer(connection, referrer_id), cities_of(caller)
    if found is None or (cities is not None and found[1] not in cities):
        raise NotVisible
    return found[0]


async def may_refer(connection: Connection, caller: Caller, person_id: str) -> None:
    """He may refer that person, whom nobody else writes about; else Refused, with one code whatever the reason."""
    await lock(connection, person_id)
    if await organisations.referrer(connection, person_id) or not await cases.may_refer(connection, caller, person_id):
        raise id_not_available()


async def may_register(connection: Connection, referrer_id: str, organisation_id: str) -> None:
    """That id is a referrer's of that organisation, and nobody else's; else Refused, whatever the reason."""
    await lock(connection, referrer_id)
    found = await organisations.referrer(connection, referrer_id)
    if found is None or found[0] != organisation_id or await cases.roads_of(connection, referrer_id):
        raise id_not_available()
