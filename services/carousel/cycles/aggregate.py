"""A cycle as a kind of stream."""

from __future__ import annotations

from typing import get_args

from services.carousel.cycles.commands import CycleCommand
from services.carousel.cycles.events import CycleEvent
from services.carousel.cycles.rules import decide
from services.carousel.cycles.state import INITIAL, Cycle, evolve
from shared.domain.aggregate import Aggregate

CYCLE: Aggregate[Cycle, CycleCommand, CycleEvent] = Aggregate("cycle", get_args(CycleEvent), INITIAL, decide, evolve)
