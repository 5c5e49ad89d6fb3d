"""The rules of one organisation: its dated names and the people who refer for it."""

from __future__ import annotations

from typing import assert_never

from services.referral.organisations.commands import (
    OrganisationCommand,
    RegisterOrganisation,
    RegisterReferrer,
    RenameOrganisation,
)
from services.referral.organisations.events import (
    OrganisationEvent,
    OrganisationRegistered,
    OrganisationRenamed,
    ReferrerRegistered,
)
from services.referral.organisations.state import Organisation
from services.referral.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused, id_not_available


def decide(state: Organisation, command: OrganisationCommand) -> list[OrganisationEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    match command:
        case RegisterOrganisation():
            return register(state, command)
        case RenameOrganisation():
            return rename(state, command)
        case RegisterReferrer():
            return register_referrer(state, command)
        case _:
            assert_never(command)


def register(state: Organisation, command: RegisterOrganisation) -> list[OrganisationEvent]:
    """An organisation is registered once."""
    event = OrganisationRegistered(
        organisation_id=command.organisation_id,
        name=command.name,
        sector=command.sector,
        city=command.city,
        since=command.since,
    )
    if state.registered == event:
        return []
    if state.registered:
        raise id_not_available()
    not_in_future(command.since, command.at)
    return [event]


def rename(state: Organisation, command: RenameOrganisation) -> list[OrganisationEvent]:
    """A new name holds from its day on; the same day again corrects it."""
    registered = _known(state)
    not_in_future(command.since, command.at)
    if command.since < registered.since:
        raise Refused(Refusal.DATE_BEFORE_REGISTERED)
    if state.name_on(command.since) == command.name:
        return []
    return [OrganisationRenamed(organisation_id=command.organisation_id, name=command.name, since=command.since)]


def register_referrer(state: Organisation, command: RegisterReferrer) -> list[OrganisationEvent]:
    """A referrer belongs to an organisation that is known."""
    _known(state)
    if command.referrer_id in state.referrers:
        return []
    return [ReferrerRegistered(referrer_id=command.referrer_id, organisation_id=command.organisation_id)]


def _known(state: Organisation) -> OrganisationRegistered:
    if state.registered is None:
        raise Refused(Refusal.ORGANISATION_UNKNOWN)
    return state.registered
