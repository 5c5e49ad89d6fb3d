"""A training: one stream with its registrations, so that capacity and the waiting list are decided together."""

from __future__ import annotations

from typing import get_args

from services.training.trainings.commands import TrainingCommand
from services.training.trainings.events import TrainingEvent
from services.training.trainings.rules import decide
from services.training.trainings.state import Training, evolve
from shared.domain.aggregate import Aggregate

TRAINING: Aggregate[Training, TrainingCommand, TrainingEvent] = Aggregate(
    "training", get_args(TrainingEvent), Training(), decide, evolve, long=True
)
