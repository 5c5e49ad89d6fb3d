"""Trainings: that they were held, for whom, how they were evaluated, and which organisations were there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.metrics.catalogue import StepName
from services.reporting.metrics.measure import Measurement
from services.reporting.projections.joint import Activity, OrganisationPresent
from services.reporting.projections.row_projection import DerivedEvent, RowProjection, replaced
from shared.contracts.training import Kind, ParticipationRecorded, TrainingEvaluated, TrainingHeld, TrainingRevoked

FEWEST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class OrganisationTrained(DerivedEvent):
    """An organisation was present at a training that ended on that day."""

    training: str
    organisation: str
    kind: Kind
    on: date


@dataclass(frozen=True, slots=True)
class Training:
    """One training: as it was held and as it was evaluated, each once that is known."""

    held: TrainingHeld | None = None
    evaluated: TrainingEvaluated | None = None


def evolve(row: Training | None, event: TrainingHeld | TrainingRevoked | TrainingEvaluated) -> Training:
    """The training after `event`."""
    training = row or Training()
    match event:
        case TrainingHeld():
            return replace(training, held=event)
        case TrainingRevoked():
            return Training()
        case TrainingEvaluated():
            return replace(training, evaluated=event)


def measure(training: Training) -> Iterator[Measurement]:
    """The training, who took part by sector, and its evaluation, all in the month and city of the training."""
    if (event := training.held) is None:
        return
    held = Measurement(
        "training", event.on, event.training, {"activity": event.city}, event.organiser, reason=event.kind
    )
    yield held
    if event.pitched:
        yield replace(held, step="pitched")
    for sector, n in event.by_sector.items():
        yield replace(held, step="participation", sector=sector, n=n)
    if training.evaluated:
        yield from _measure_evaluation(held, training.evaluated)


def _measure_evaluation(held: Measurement, event: TrainingEvaluated) -> Iterator[Measurement]:
    """Each answer weighs the same; with fewer than five of them only the counts."""
    yield replace(held, step="invited", n=event.invited)
    yield replace(held, step="answered", n=event.answers)
    means: dict[StepName, float | None] = {
        "score": event.score,
        "confidence_before": event.confidence_before,
        "confidence_after": event.confidence_after,
    }
    for step, mean in means.items():
        if mean is not None and event.answers >= FEWEST_ANSWERS:
            yield replace(held, step=step, n=event.answers, measured=str(mean))


def derive(training: Training) -> Iterator[OrganisationTrained | OrganisationPresent]:
    """Which organisations were there."""
    if event := training.held:
        activity = Activity("joint_training", event.training, event.on, event.city, event.organiser)
        for organisation in event.organisations:
            yield OrganisationTrained(event.training, organisation, event.kind, event.on)
            yield OrganisationPresent(activity, organisation)


def _measure_participation(event: ParticipationRecorded) -> Iterator[Measurement]:
    if event.present:
        yield Measurement(
            "person",
            event.on,
            event.training,
            {"activity": event.city},
            partner=event.organisation or "",
            sector=event.sector,
            members={"participant": event.participant},
        )


TRAININGS = RowProjection(
    "trainings",
    Training,
    dict.fromkeys((TrainingHeld, TrainingRevoked, TrainingEvaluated), lambda event: (event.training,)),
    evolve,
    measure,
    derive,
)
PARTICIPATIONS = RowProjection(
    "participations",
    ParticipationRecorded,
    {ParticipationRecorded: lambda event: (f"{event.training}/{event.participant}",)},
    replaced,
    _measure_participation,
)
