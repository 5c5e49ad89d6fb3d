"""Trainings: that they were held, for whom, how they were evaluated, and which organisations were there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.indicators import StepName
from services.reporting.rows.grain import Grain, Happening, Note, last_said
from shared.contracts.training import Kind, ParticipationRecorded, TrainingEvaluated, TrainingHeld

FEWEST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Present(Note):
    """An organisation was present at a training that ended on that day."""

    training: str
    organisation: str
    kind: Kind
    on: date


@dataclass(frozen=True, slots=True)
class Training:
    """One training: as it was held and as it was evaluated, each when that was heard."""

    held: TrainingHeld | None = None
    evaluated: TrainingEvaluated | None = None


def fold(row: Training | None, message: TrainingHeld | TrainingEvaluated) -> Training:
    """The training after `message`."""
    training = row or Training()
    if isinstance(message, TrainingHeld):
        return replace(training, held=message)
    return replace(training, evaluated=message)


def happenings(training: Training) -> Iterator[Happening]:
    """The training, who took part by sector, and its evaluation, all in the month and city of the training."""
    if (said := training.held) is None:
        return
    held = Happening("training", said.on, {"activity": said.city}, said.organiser, reason=said.kind)
    yield held
    if said.pitched:
        yield replace(held, step="pitched")
    for sector, n in said.by_sector.items():
        yield replace(held, step="participation", sector=sector, n=n)
    if training.evaluated:
        yield from _evaluation(held, training.evaluated)


def _evaluation(held: Happening, said: TrainingEvaluated) -> Iterator[Happening]:
    """Each answer weighs the same; with fewer than five of them only the counts."""
    yield replace(held, step="invited", n=said.invited)
    yield replace(held, step="answered", n=said.answers)
    means: dict[StepName, float | None] = {
        "score": said.score,
        "confidence_before": said.confidence_before,
        "confidence_after": said.confidence_after,
    }
    for step, mean in means.items():
        if mean is not None and said.answers >= FEWEST_ANSWERS:
            yield replace(held, step=step, n=said.answers, measured=str(mean))


def tells(training: Training) -> Iterator[Present]:
    """Who was there."""
    if said := training.held:
        for organisation in said.organisations:
            yield Present(said.training, organisation, said.kind, said.on)


def _participation(said: ParticipationRecorded) -> Iterator[Happening]:
    if said.present:
        yield Happening(
            "person",
            said.on,
            {"activity": said.city},
            partner=said.organisation or "",
            sector=said.sector,
            members={"participant": said.participant},
        )


TRAININGS = Grain(
    "trainings",
    Training,
    dict.fromkeys((TrainingHeld, TrainingEvaluated), lambda message: (message.training,)),
    fold,
    happenings,
    tells,
)
PARTICIPATIONS = Grain(
    "participations",
    ParticipationRecorded,
    {ParticipationRecorded: lambda message: (f"{message.training}/{message.participant}",)},
    last_said,
    _participation,
)
