"""Who may do what: the callers of each kind of route, and what must hold of the thing that is asked about.

Access to an aggregate is checked on the very state that a command is decided on (`partial(gives, caller)`), that of a
reader on the rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from services.training.meetings.state import Meeting
from services.training.network_events.state import NetworkEvent
from services.training.partners.state import Partner
from services.training.personal_data.names import NameAccess
from services.training.personal_data.store import People
from services.training.queries.successors import successors
from services.training.refusals import Refusal
from services.training.trainings.state import Training
from shared.audit.trail import note_look
from shared.domain.clock import today
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.problems import NotVisible
from shared.i18n.municipalities import is_municipality


@dataclass(frozen=True, slots=True)
class Member(Caller):
    """A caller, and the organisations that he acts for: his own and those in whose place it is."""

    organisations: frozenset[str]


def _member(*roles: Role) -> Any:  # noqa: ANN401 - a FastAPI dependency
    allowed = allow(*roles)

    async def member(request: Request, caller: Caller = cast("Caller", allowed)) -> Member:  # noqa: B008 - a dependency
        async with request.app.state.pool.acquire() as connection:
            became = await successors(connection, today())
        his = became.kin(caller.organisation) if caller.organisation else frozenset[str]()
        return Member(caller.subject, caller.role, caller.organisation, caller.cities, his)

    return Depends(member)


Trainer = Annotated[Member, _member(Role.TRAINER)]
ListSender = Annotated[Member, _member(Role.TRAINER, Role.REFERRER)]
Coordinator = Annotated[Caller, allow(Role.COORDINATOR)]
SteeringReader = Annotated[Caller, allow(Role.COORDINATOR, Role.STEERING)]
Reader = Annotated[Caller, allow(Role.TRAINER, Role.COORDINATOR, Role.STEERING, Role.FACILITATOR, Role.REFERRER)]
EvaluationReader = Annotated[Member, _member(Role.TRAINER, Role.COORDINATOR, Role.STEERING)]
NameHolder = Annotated[Member, _member(Role.TRAINER, Role.COORDINATOR, Role.DATA_PROTECTION)]
ErasureAsker = Annotated[Member, _member(Role.TRAINER, Role.COORDINATOR)]
DataProtection = Annotated[Caller, allow(Role.DATA_PROTECTION)]


async def _reading(request: Request) -> AsyncIterator[Connection]:
    async with request.app.state.pool.acquire() as connection:
        yield connection


def _people(request: Request) -> People:
    note_look(request)
    people: People = request.app.state.personal_data
    return people


# Given back before the answer is sent. A route that runs a command takes none: the command takes its own.
Reading = Annotated[Connection, Depends(_reading, scope="function")]
Persons = Annotated[People, Depends(_people)]


def in_his_cities(caller: Caller, *cities: str | None) -> None:
    """Raises NotVisible for a city that is not the caller's."""
    if not caller.cities.issuperset(cities):
        raise NotVisible


def takes_place_in(caller: Caller, city: str) -> None:
    """Something is planned in one of his cities, and there is such a city. Raises NotVisible, Refused."""
    in_his_cities(caller, city)
    if not is_municipality(city):
        raise Refused(Refusal.CITY_UNKNOWN, field="city")


def gives(caller: Member, state: Training) -> None:
    """His organisation gives this training, in one of his cities; a city that there is not is anybody's, to mend it."""
    if state.organiser not in caller.organisations:
        raise NotVisible
    in_his_cities(caller, *([state.city] if is_municipality(state.city) else []))


def gives_or_plans(caller: Member, state: Training) -> None:
    """Nobody planned it yet, or he did."""
    if state.planned:
        gives(caller, state)


def coordinates(caller: Caller, state: NetworkEvent | Meeting) -> None:
    """It takes place in one of his cities; a city that there is not is anybody's, to mend it."""
    if not state.city:
        raise NotVisible
    in_his_cities(caller, *([state.city] if is_municipality(state.city) else []))


def coordinates_or_plans(caller: Caller, state: NetworkEvent | Meeting) -> None:
    """Nobody planned it yet, or it takes place in one of his cities."""
    if state.city:
        coordinates(caller, state)


def coordinates_partner(caller: Caller, city: str, state: Partner) -> None:
    """The organisation is of one of his cities: as it joined, or as the register says, which never changes."""
    in_his_cities(caller, state.city or city)


def name_access(caller: Member) -> NameAccess:
    """Whose names he may read, correct and erase."""
    match caller.role:
        case Role.TRAINER:
            return NameAccess(organisers=sorted(caller.organisations), cities=sorted(caller.cities))
        case Role.COORDINATOR:
            return NameAccess(cities=sorted(caller.cities))
        case Role.DATA_PROTECTION:
            return NameAccess(everything=True)
        case _:
            raise NotVisible


async def require_training(connection: Connection, caller: Member, training_id: str) -> None:
    """Raises NotVisible unless the caller's organisation gives this training in one of his cities."""
    if not await connection.fetchval(
        "select exists (select from trainings where training = $1 and organiser = any($2) and city = any($3))",
        training_id,
        list(caller.organisations),
        list(caller.cities),
    ):
        raise NotVisible


async def require_event(connection: Connection, caller: Caller, event_id: str) -> None:
    """Raises NotVisible unless the network event is in one of the caller's cities."""
    in_his_cities(caller, await connection.fetchval("select city from network_events where event = $1", event_id))
