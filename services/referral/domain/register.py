"""The rules of the register: one organisation, its dated names and the people who refer for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.referral.commands import (
    RegisterCommand,
    RegisterOrganisation,
    RegisterReferrer,
    RenameOrganisation,
)
from services.referral.events import (
    OrganisationRegistered,
    OrganisationRenamed,
    ReferrerRegistered,
    RegisterEvent,
)
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused, id_not_available


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `names` are (since, name) in order of date."""

    registered: OrganisationRegistered | None = None
    names: tuple[tuple[date, str], ...] = ()
    referrers: frozenset[str] = frozenset()

    def name_on(self, day: date) -> str | None:
        """The name borne on a day; None before the first."""
        return next((name for since, name in reversed(self.names) if since <= day), None)


initial = Organisation()


def evolve(state: Organisation, event: RegisterEvent) -> Organisation:
    """The organisation after one fact."""
    match event:
        case OrganisationRegistered():
            return replace(state, registered=event, names=((event.since, event.name),))
        case OrganisationRenamed():
            names = {**dict(state.names), event.since: event.name}
            return replace(state, names=tuple(sorted(names.items())))
        case ReferrerRegistered():
            return replace(state, referrers=state.referrers | {event.referrer_id})
        case _:
            assert_never(event)


def decide(state: Organisation, command: RegisterCommand) -> list[RegisterEvent]:
    """The facts a command leads to; [] when it already holds; raises Refused."""
    match command:
        case RegisterOrganisation():
            return register(state, command)
        case RenameOrganisation():
            return rename(state, command)
        case RegisterReferrer():
            return register_referrer(state, command)
        case _:
            assert_never(command)


def register(state: Organisation, command: RegisterOrganisation) -> list[RegisterEvent]:
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


def rename(state: Organisation, command: RenameOrganisation) -> list[RegisterEvent]:
    """A new name holds from its day on; the same day again corrects it."""
    registered = _known(state)
    not_in_future(command.since, command.at)
    if command.since < registered.since:
        raise Refused("date-before-registered")
    if state.name_on(command.since) == command.name:
        return []
    return [
        OrganisationRenamed(
            organisation_id=command.organisation_id,
            name=command.name,
            since=command.since,
        ),
    ]


def register_referrer(state: Organisation, command: RegisterReferrer) -> list[RegisterEvent]:
    """A referrer belongs to an organisation that is known."""
    _known(state)
    if command.referrer_id in state.referrers:
        return []
    return [ReferrerRegistered(referrer_id=command.referrer_id, organisation_id=command.organisation_id)]


def _known(state: Organisation) -> OrganisationRegistered:
    if state.registered is None:
        raise Refused("organisation-unknown")
    return state.registered
