"""Who may do what: the roles, what a caller must be to the state that he decides on, and to the rows that he reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import asyncpg

from services.carousel.domain.cycle import Cycle
from services.carousel.domain.offer import Offer
from services.carousel.domain.participation import Participation
from services.carousel.views import cycles, participations
from shared.domain.messages import id_not_available
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.problems import NotVisible

WORKS = allow(Role.FACILITATOR)
READS_CYCLES = allow(Role.FACILITATOR, Role.COORDINATOR)
COORDINATES = allow(Role.COORDINATOR)

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
T = TypeVar("T")


class _Untold(Exception):  # noqa: N818 - never leaves this module
    """Facts kept before places told their organisation do not say who runs this cycle."""

    def __init__(self, cycle_id: str) -> None:
        super().__init__(cycle_id)
        self.cycle_id = cycle_id


@dataclass(frozen=True, slots=True)
class Access:
    """What one caller may decide on: each question is asked of the very state, and raises NotVisible.

    `run_by` tells which organisation runs a cycle where older facts do not: that never changes.
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

    def task(self, task_id: str) -> Callable[[Participation], None]:
        """A safety task that arose in a group of his organisation."""

        def permit(state: Participation) -> None:
            if task_id not in self.tasks(state):
                raise NotVisible

        return permit

    def tasks(self, state: Participation) -> list[str]:
        """The safety tasks about a person, closed ones too, that arose in groups of his organisation."""
        return [name for name, each in state.tasks.items() if self._own(self._runs(state, each.cycle_id))]

    def _runs(self, state: Participation, cycle_id: str) -> str | None:
        if cycle_id in state.run_by:
            return state.run_by[cycle_id]
        if cycle_id not in self.run_by:
            raise _Untold(cycle_id)
        return self.run_by[cycle_id]

    def _own(self, organisation: str | None) -> bool:
        return self.caller.role is Role.FACILITATOR and bool(organisation) and organisation == self.caller.organisation

    def _works_in(self, city: str) -> bool:
        return self.caller.role is Role.FACILITATOR and city in self.caller.cities


async def with_access(pool: Pool, caller: Caller, ask: Callable[[Access], Awaitable[T]]) -> T:
    """What `ask` comes to with the access of this caller; asked again where older facts leave open who runs a cycle."""
    run_by: dict[str, str | None] = {}
    while True:
        try:
            return await ask(Access(caller, run_by))
        except _Untold as untold:
            async with pool.acquire() as connection:
                run_by[untold.cycle_id] = await cycles.organisation_of(connection, untold.cycle_id)


@asynccontextmanager
async def one_moment(pool: Pool) -> AsyncIterator[Connection]:
    """A connection on which everything is read as it stood at one moment: what may be read, and what is read."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


async def must_see_cycle(connection: Connection, caller: Caller, cycle_id: str) -> None:
    """Raises NotVisible unless his organisation runs it."""
    if not await cycles.visible(connection, caller, cycle_id):
        raise NotVisible


async def must_see(connection: Connection, caller: Caller, referral_id: str) -> None:
    """Raises NotVisible unless he may act on the participation."""
    if not await participations.visible(connection, caller, [referral_id]):
        raise NotVisible
