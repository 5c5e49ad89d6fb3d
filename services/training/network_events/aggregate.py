"""A network event: one stream with its guests."""

from __future__ import annotations

from typing import get_args

from services.training.network_events.commands import NetworkEventCommand
from services.training.network_events.events import NetworkEventEvent
from services.training.network_events.rules import decide
from services.training.network_events.state import NetworkEvent, evolve
from shared.domain.aggregate import Aggregate

NETWORK_EVENT: Aggregate[NetworkEvent, NetworkEventCommand, NetworkEventEvent] = Aggregate(
    "event", get_args(NetworkEventEvent), NetworkEvent(), decide, evolve, long=True
)
