"""Who may do what: the roles of each kind of route, and what must hold of the thing that is asked about.

A permit is asked of the very state a command is decided on; a reader is asked of the view he reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from services.training.domain.meeting import Meeting
from services.training.domain.network_state import NetworkEvent
from services.training.domain.partner import Partner
from services.training.domain.state import Training
from services.training.names import Sight
from services.training.views import network_events, trainings
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.authorization import allow
from shared.http.problems import NotVisible

TRAINS = allow(Role.TRAINER)
SENDS = allow(Role.TRAINER, Role.REFERRER)
COORDINATES = allow(Role.COORDINATOR)
STEERS = allow(Role.COORDINATOR, Role.STEERING)
READS = allow(Role.TRAINER, Role.COORDINATOR, Role.STEERING, Role.FACILITATOR, Role.REFERRER)
READS_EVALUATIONS = allow(Role.TRAINER, Role.COORDINATOR, Role.STEERING)
HOLDS_NAMES = allow(Role.TRAINER, Role.COORDINATOR, Role.DATA_PROTECTION)
ASKS_ERASURE = allow(Role.TRAINER, Role.COORDINATOR)
PROTECTS = allow(Role.DATA_PROTECTION)

OfTraining: TypeAlias = Callable[[Training], None]
OfPlace: TypeAlias = Callable[[NetworkEvent | Meeting], None]


def in_his_cities(caller: Caller, *cities: str | None) -> None:
    """Raises NotVisible for a city that is not the caller's."""
    if not caller.cities.issuperset(cities):
        raise NotVisible


def gives(caller: Caller) -> OfTraining:
    """His organisation gives this training, in one of his cities."""

    def permit(state: Training) -> None:
        if state.organiser is None or state.organiser != caller.organisation:
            raise NotVisible
        in_his_cities(caller, state.city)

    return permit


def gives_or_plans(caller: Caller) -> OfTraining:
    """Nobody planned it yet, or he did."""

    def permit(state: Training) -> None:
        if state.planned:
            gives(caller)(state)

    return permit


def coordinates(caller: Caller) -> OfPlace:
    """It takes place in one of his cities."""

    def permit(state: NetworkEvent | Meeting) -> None:
        in_his_cities(caller, state.city)

    return permit


def coordinates_or_plans(caller: Caller) -> OfPlace:
    """Nobody planned it yet, or it takes place in one of his cities."""

    def permit(state: NetworkEvent | Meeting) -> None:
        if state.city:
            in_his_cities(caller, state.city)

    return permit


def coordinates_partner(caller: Caller, city: str) -> Callable[[Partner], None]:
    """The organisation is of one of his cities: as it joined, or as the register says, which never changes."""

    def permit(state: Partner) -> None:
        in_his_cities(caller, state.city or city)

    return permit


def sight_of(caller: Caller) -> Sight:
    """Whose names he may read, correct and erase."""
    match caller.role:
        case Role.TRAINER:
            return Sight(organiser=caller.organisation or "", cities=sorted(caller.cities))
        case Role.COORDINATOR:
            return Sight(cities=sorted(caller.cities))
        case Role.DATA_PROTECTION:
            return Sight(everything=True)
        case _:
            raise NotVisible


async def reads_training(connection: Connection, caller: Caller, training_id: str) -> None:
    """Raises NotVisible unless the caller's organisation gives this training in one of his cities."""
    if not await trainings.visible(connection, caller, training_id):
        raise NotVisible


async def reads_event(connection: Connection, caller: Caller, event_id: str) -> None:
    """Raises NotVisible unless the network event is in one of the caller's cities."""
    in_his_cities(caller, await network_events.city_of(connection, event_id))
