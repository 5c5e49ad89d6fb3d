"""Everything from outside, and everything kept, has a bound; what is beyond it is refused by its field."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import BaseModel

from services.training.app import SERVICE
from services.training.meetings.commands import MeetingCommand
from services.training.meetings.events import MeetingEvent
from services.training.network_events.commands import NetworkEventCommand
from services.training.network_events.events import NetworkEventEvent
from services.training.partners.commands import PartnerCommand
from services.training.partners.events import PartnerEvent
from services.training.projections import organisations
from services.training.trainings.commands import TrainingCommand
from services.training.trainings.events import TrainingEvent
from shared.http.auth import Role
from tests.bounds_walk import unbounded, unbounded_parameters
from tests.training.conftest import Desk

COMMANDS = [
    *get_args(TrainingCommand),
    *get_args(NetworkEventCommand),
    *get_args(MeetingCommand),
    *get_args(PartnerCommand),
]
EVENTS = [
    *get_args(TrainingEvent),
    *get_args(NetworkEventEvent),
    *get_args(MeetingEvent),
    *get_args(PartnerEvent),
]
EDGES = ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "0", "1e3", "2026-02-30", "infinity", "2026-1-1", ""]
DATED = [
    ("/trainings", "since"), ("/trainings", "until"), ("/network-events", "since"), ("/network-events", "until"),
    ("/organisations", "on"), ("/partners", "on"), ("/evaluations", "since"), ("/evaluations", "until"),
]  # fmt: skip


@pytest.mark.parametrize("model", [*COMMANDS, *EVENTS], ids=lambda model: model.__name__)
def test_no_command_and_no_event_holds_a_value_without_a_bound(model: type[BaseModel]) -> None:
    assert unbounded(model) == []


def test_no_route_takes_a_value_without_a_bound() -> None:
    assert unbounded_parameters([route for router in SERVICE.routers for route in router.routes]) == []


def test_what_is_received_of_organisations_is_kept_in_bounds() -> None:
    assert unbounded(organisations.Organisation) + unbounded(organisations.DatedName) == []


@pytest.mark.parametrize(("path", "field"), DATED)
@pytest.mark.parametrize("day", EDGES)
async def test_a_day_beyond_the_programme_is_refused_where_it_is_asked_for(
    desk: Desk, path: str, field: str, day: str
) -> None:
    answer = await desk.ask("GET", f"{path}?{field}={day}", None, Role.COORDINATOR)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{field}"
