"""Who may ask what: the roles, and what each may act on, checked on the state that is decided on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from services.referral.organisations.state import Organisation
from services.referral.personal_data import PersonalData
from services.referral.persons import ErasureReason
from services.referral.queries.organisations import organisation_of
from services.referral.queries.referrals import may_refer, person_of, referrals_of
from services.referral.referrals.state import Referral
from shared.audit.trail import note_look
from shared.domain.messages import id_not_available
from shared.eventstore.command_handler import AccessCheck
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.problems import NotVisible
from shared.privacy.personal_data import lock

Coordinator = Annotated[Caller, allow(Role.COORDINATOR)]
Facilitator = Annotated[Caller, allow(Role.FACILITATOR)]
Referrer = Annotated[Caller, allow(Role.REFERRER)]
WhoRefers = Annotated[Caller, allow(Role.FACILITATOR, Role.REFERRER)]
WhoKnowsOrganisations = Annotated[Caller, allow(Role.COORDINATOR, Role.FACILITATOR, Role.TRAINER)]
WhoKeepsNames = Annotated[Caller, allow(Role.FACILITATOR, Role.DATA_PROTECTION)]
WhoKeepsReferrers = Annotated[Caller, allow(Role.COORDINATOR, Role.DATA_PROTECTION)]
DataProtection = Annotated[Caller, allow(Role.DATA_PROTECTION)]


def _personal_data_of(request: Request) -> PersonalData:
    note_look(request)
    personal_data: PersonalData = request.app.state.personal_data
    return personal_data


def _keep_days_of(request: Request) -> int:
    days: int = request.app.state.settings.people_keep_days
    return days


KeepDays = Annotated[int, Depends(_keep_days_of)]
Names = Annotated[PersonalData, Depends(_personal_data_of)]
ErasedBecause = Annotated[ErasureReason, Query(description="why the name is erased")]


def works_on(caller: Caller) -> AccessCheck[Referral]:
    """A facilitator acts on the referrals of his cities."""

    def check(state: Referral) -> None:
        if state.city is None or state.city not in caller.cities:
            raise NotVisible

    return check


def entered_or_works_on(caller: Caller) -> AccessCheck[Referral]:
    """A facilitator as above; a referrer what his own organisation referred."""

    def check(state: Referral) -> None:
        if state.received is None or state.received.organisation_id != caller.organisation or not caller.organisation:
            raise NotVisible

    return check if caller.role is Role.REFERRER else works_on(caller)


def coordinates(caller: Caller) -> AccessCheck[Organisation]:
    """A coordinator acts on the organisations of his cities."""

    def check(state: Organisation) -> None:
        if state.registered is None or state.registered.city not in caller.cities:
            raise NotVisible

    return check


def cities_of(caller: Caller) -> frozenset[str] | None:
    """The cities of whose people the caller keeps the names; None for every city, as the data-protection contact."""
    return None if caller.role is Role.DATA_PROTECTION else caller.cities


async def require_person(connection: Connection, caller: Caller, referral_id: str) -> str:
    """The id of the person of a referral that the caller may access; nobody else writes about him meanwhile.

    Raises NotVisible.
    """
    person_id = await person_of(connection, caller, referral_id)
    if person_id is None:
        raise NotVisible
    await lock(connection, person_id)
    return person_id


async def require_referrer(connection: Connection, caller: Caller, referrer_id: str) -> str:
    """The organisation of a referrer whom the caller may access; nobody else writes about him meanwhile.

    Raises NotVisible.
    """
    await lock(connection, referrer_id)
    found, cities = await organisation_of(connection, referrer_id), cities_of(caller)
    if found is None or (cities is not None and found[1] not in cities):
        raise NotVisible
    return found[0]


async def require_may_refer(connection: Connection, caller: Caller, person_id: str) -> None:
    """He may refer that person, whom nobody else writes about; else Refused, with one code whatever the reason."""
    await lock(connection, person_id)
    if await organisation_of(connection, person_id) or not await may_refer(connection, caller, person_id):
        raise id_not_available()


async def require_own_id(connection: Connection, referrer_id: str, organisation_id: str) -> None:
    """That id is a referrer's of that organisation, and nobody else's; else Refused, whatever the reason."""
    await lock(connection, referrer_id)
    found = await organisation_of(connection, referrer_id)
    if found is None or found[0] != organisation_id or await referrals_of(connection, referrer_id):
        raise id_not_available()
