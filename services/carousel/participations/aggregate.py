"""A participation as a kind of stream."""

from __future__ import annotations

from typing import get_args

from services.carousel.participations.commands import ParticipationCommand
from services.carousel.participations.events import ParticipationEvent
from services.carousel.participations.rules import decide
from services.carousel.participations.state import INITIAL, Participation, evolve
from shared.domain.aggregate import Aggregate

PARTICIPATION: Aggregate[Participation, ParticipationCommand, ParticipationEvent] = Aggregate(
    "participation", get_args(ParticipationEvent), INITIAL, decide, evolve
)
