"""Everything that is asked of a release, and everything kept of it, has a bound."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import BaseModel

from services.reporting.app import SERVICE
from services.reporting.releases.commands import ReleaseCommand
from services.reporting.releases.events import ReleaseEvent
from tests.bounds_walk import unbounded, unbounded_parameters


@pytest.mark.parametrize("model", get_args(ReleaseEvent), ids=lambda model: model.__name__)
def test_no_event_holds_a_value_without_a_bound(model: type[BaseModel]) -> None:
    assert unbounded(model) == []


@pytest.mark.parametrize("model", get_args(ReleaseCommand), ids=lambda model: model.__name__)
def test_no_command_holds_a_value_without_a_bound(model: type[BaseModel]) -> None:
    assert unbounded(model) == []


def test_no_route_takes_a_value_without_a_bound() -> None:
    assert unbounded_parameters([route for router in SERVICE.routers[1:] for route in router.routes]) == []
