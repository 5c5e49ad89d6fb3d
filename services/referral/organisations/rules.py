"""The rules of one organisation: its dated names and the people who refer for it."""

from __future__ import annotations

from typing import assert_never

from services.referral.organisations.commands import (
    CorrectOrganisation,
    MergeOrganisation,
    OrganisationCommand,
    RegisterOrganisation,
    RegisterReferrer,
    RenameOrganisation,
    SplitOrganisation,
)
from services.referral.organisations.events import (
    OrganisationCorrected,
    OrganisationEvent,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSplit,
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
        case CorrectOrganisation():
            return correct(state, command)
        case MergeOrganisation():
            return merge(state, command)
        case SplitOrganisation():
            return split(state, command)
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
        kbo=command.kbo,
    )
    if state.first == event:
        return []
    if state.registered:
        raise id_not_available()
    not_in_future(command.since, command.at)
    return [event]


def rename(state: Organisation, command: RenameOrganisation) -> list[OrganisationEvent]:
    """A new name holds from its day on; the same day again corrects it."""
    _since(state, command)
    if state.name_on(command.since) == command.name:
        return []
    return [OrganisationRenamed(organisation_id=command.organisation_id, name=command.name, since=command.since)]


def correct(state: Organisation, command: CorrectOrganisation) -> list[OrganisationEvent]:
    """What it was registered with is told anew; its names are corrected by their day."""
    registered = _known(state)
    if (registered.sector, registered.city, registered.kbo) == (command.sector, command.city, command.kbo):
        return []
    return [
        OrganisationCorrected(
            organisation_id=command.organisation_id,
            name=registered.name,
            sector=command.sector,
            city=command.city,
            since=registered.since,
            kbo=command.kbo,
        )
    ]


def register_referrer(state: Organisation, command: RegisterReferrer) -> list[OrganisationEvent]:
    """A referrer belongs to an organisation that is known."""
    _known(state)
    if command.referrer_id in state.referrers:
        return []
    if state.ended:
        raise Refused(Refusal.ORGANISATION_ENDED)
    return [ReferrerRegistered(referrer_id=command.referrer_id, organisation_id=command.organisation_id)]


def merge(state: Organisation, command: MergeOrganisation) -> list[OrganisationEvent]:
    """It goes on as part of another, once."""
    event = OrganisationMerged(organisation_id=command.organisation_id, into=command.into, since=command.since)
    return [event] if _ends(state, command, event, (command.into,)) else []


def split(state: Organisation, command: SplitOrganisation) -> list[OrganisationEvent]:
    """It goes on as several others, once."""
    event = OrganisationSplit(organisation_id=command.organisation_id, into=command.into, since=command.since)
    return [event] if _ends(state, command, event, command.into) else []


def _ends(
    state: Organisation,
    command: MergeOrganisation | SplitOrganisation,
    event: OrganisationMerged | OrganisationSplit,
    into: tuple[str, ...],
) -> bool:
    """Whether it ends by that; False when it did so before."""
    if state.ended == event:
        return False
    _since(state, command)
    if command.organisation_id in into or len(set(into)) < len(into):
        raise Refused(Refusal.ORGANISATION_OF_ITSELF)
    return True


def _since(state: Organisation, command: RenameOrganisation | MergeOrganisation | SplitOrganisation) -> None:
    """The day has come, the organisation was there, and still is."""
    registered = _known(state)
    not_in_future(command.since, command.at)
    if command.since < registered.since:
        raise Refused(Refusal.DATE_BEFORE_REGISTERED)
    if state.ended:
        raise Refused(Refusal.ORGANISATION_ENDED)


def _known(state: Organisation) -> OrganisationRegistered:
    if state.registered is None:
        raise Refused(Refusal.ORGANISATION_UNKNOWN)
    return state.registered
