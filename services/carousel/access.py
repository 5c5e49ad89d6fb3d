"""Who may do what: the roles, what a caller must be to the state that he decides on, and to the rows that he reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from services.carousel.cycles.commands import TakeMakeUp, TakePlace
from services.carousel.cycles.state import Cycle
from services.carousel.offers.state import Offer
from services.carousel.participations.commands import DeclareNonAssociation, LiftNonAssociation
from services.carousel.participations.state import Participation
from services.carousel.personal_data import Notes
from shared.audit.trail import note_look
from shared.domain.aggregate import AnyIssued
from shared.domain.messages import id_not_available
from shared.eventstore.command_handler import AccessCheck
from shared.eventstore.event_store import Connection, EventStore
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.commands import Store
from shared.http.problems import NotVisible

Facilitator = Annotated[Caller, allow(Role.FACILITATOR)]
Coordinator = Annotated[Caller, allow(Role.COORDINATOR)]
CalendarReader = Annotated[Caller, allow(Role.FACILITATOR, Role.COORDINATOR)]
VISIBLE = "(organisation = $1 or (city = any($2) and (organisation is null or status = 'waiting')))"
"""Of `participations`, those whom a facilitator sees: whom his organisation ($1) has or had in a group, and who waits
or had no group yet in his cities ($2); `Access.person` asks the same of the state."""

T = TypeVar("T")


def _notes_of(request: Request) -> Notes:
    note_look(request)
    notes: Notes = request.app.state.personal_data
    return notes


async def _one_moment(store: Store) -> AsyncIterator[Connection]:
    async with store.pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


SafetyNotes = Annotated[Notes, Depends(_notes_of)]
Snapshot = Annotated[Connection, Depends(_one_moment, scope="function")]
"""A connection on which everything is read as it stood at one moment: what may be read, and what is read."""


class _OrganisationUnknown(Exception):  # noqa: N818 - never leaves this module
    """Events kept before places told their organisation do not say who runs this cycle: its argument."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one caller may decide on: each question is asked of the very state, and raises NotVisible.

    `run_by` tells which organisation runs a cycle where older events do not: that never changes.
    """

    caller: Caller
    run_by: Mapping[str, str | None] = field(default_factory=dict)

    def offer(self, state: Offer) -> None:
        """A new offer, or one of his cities; raises Refused `id-not-available` for that of others."""
        if state.cities and self.caller.cities.isdisjoint(state.cities):
            raise id_not_available()

    def new_cycle(self, state: Cycle) -> None:
        """No cycle yet, or one of his organisation; raises Refused `id-not-available` for that of others."""
        if state.planned and state.planned.organisation_id != self.caller.organisation:
            raise id_not_available()

    def cycle(self, state: Cycle) -> None:
        """A cycle that his organisation runs."""
        if state.planned is None or not self._own(state.planned.organisation_id):
            raise NotVisible

    def person(self, state: Participation) -> None:
        """Somebody whom his organisation has or had in a group, or who waits or had no group yet in his cities."""
        if state.awaited is None:
            raise NotVisible
        organisation = self._runs(state, state.group) if state.group else None
        open_to_city = organisation is None or state.status == "waiting"
        if not self._own(organisation) and not (open_to_city and self._works_in(state.awaited.city)):
            raise NotVisible

    def issued(self, issued: AnyIssued) -> AccessCheck[Any] | None:
        """The cycle of which a place is asked, and the other of two people; the rest follows from what was checked."""
        match issued.command:
            case TakePlace() | TakeMakeUp():
                return self.cycle
            case DeclareNonAssociation() | LiftNonAssociation():
                return self.person
            case _:
                return None

    def task(self, task_id: str) -> Callable[[Participation], None]:
        """A safety task that arose in a group of his organisation."""

        def check(state: Participation) -> None:
            if task_id not in self.tasks(state):
                raise NotVisible

        return check

    def tasks(self, state: Participation) -> list[str]:
        """The safety tasks about a person, closed ones too, that arose in groups of his organisation."""
        return [name for name, each in state.tasks.items() if self._own(self._runs(state, each.cycle_id))]

    def _runs(self, state: Participation, cycle_id: str) -> str | None:
        if cycle_id in state.run_by:
            return state.run_by[cycle_id]
        if cycle_id not in self.run_by:
            raise _OrganisationUnknown(cycle_id)
        return self.run_by[cycle_id]

    def _own(self, organisation: str | None) -> bool:
        return self.caller.role is Role.FACILITATOR and bool(organisation) and organisation == self.caller.organisation

    def _works_in(self, city: str) -> bool:
        return self.caller.role is Role.FACILITATOR and city in self.caller.cities


async def with_access(store: EventStore, caller: Caller, ask: Callable[[Access], Awaitable[T]]) -> T:
    """What `ask` comes to with this caller's access; asked again where older events leave open who runs a cycle."""
    run_by: dict[str, str | None] = {}
    while True:
        try:
            return await ask(Access(caller, run_by))
        except _OrganisationUnknown as unknown:
            async with store.pool.acquire() as connection:
                run_by[unknown.args[0]] = await _organisation_of(connection, unknown.args[0])


async def require_cycle(connection: Connection, caller: Caller, cycle_id: str) -> None:
    """Raises NotVisible unless he is a facilitator of the organisation that runs it."""
    organisation = await _organisation_of(connection, cycle_id)
    if caller.role is not Role.FACILITATOR or organisation is None or organisation != caller.organisation:
        raise NotVisible


async def require_participation(connection: Connection, caller: Caller, referral_id: str) -> None:
    """Raises NotVisible unless he may act on the participation."""
    if not await visible_participations(connection, caller, [referral_id]):
        raise NotVisible


async def visible_participations(connection: Connection, caller: Caller, referrals: Sequence[str]) -> set[str]:
    """Of these people, those on whose participation this caller may act."""
    if caller.role is not Role.FACILITATOR:
        return set()
    rows = await connection.fetch(
        f"select referral from participations where referral = any($3) and {VISIBLE}",
        caller.organisation,
        list(caller.cities),
        list(referrals),
    )
    return {row["referral"] for row in rows}


async def _organisation_of(connection: Connection, cycle_id: str) -> str | None:
    """Who runs a cycle: what is planned once never changes. None for a cycle that nobody knows."""
    organisation: str | None = await connection.fetchval("select organisation from cycles where cycle = $1", cycle_id)
    return organisation
