"""How did people find each training? With its response rate; below five answers nothing but the counts."""

from __future__ import annotations

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import EvaluationClosed, EvaluationOpened, EvaluationReopened, TrainingRevoked
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists evaluations (
    training          text    primary key,
    invited           integer not null,
    closed_on         date,
    answers           integer,
    score             double precision,
    confidence_before double precision,
    confidence_after  double precision
);
"""
_PUT = """
insert into evaluations values ($1, $2, $3, $4, $5, $6, $7)
on conflict (training) do update set
    invited = excluded.invited, closed_on = excluded.closed_on, answers = excluded.answers, score = excluded.score,
    confidence_before = excluded.confidence_before, confidence_after = excluded.confidence_after
"""
_ASKED = EvaluationOpened | EvaluationReopened | EvaluationClosed | TrainingRevoked


async def apply(connection: Connection, change: AnyChange) -> None:
    """The row of an evaluation, with all that were asked so far."""
    found = change.of(TRAINING)
    if not found or not any(isinstance(each.event, _ASKED) for each in found.recorded):
        return
    if not found.state.invited:
        await connection.execute("delete from evaluations where training = $1", found.id)
        return
    closed = found.state.evaluated
    means = (closed.score, closed.confidence_before, closed.confidence_after) if closed else (None, None, None)
    counts = (closed.on, closed.answers) if closed else (None, None)
    await connection.execute(_PUT, found.id, len(found.state.invited), *counts, *means)


PROJECTION = Projection("evaluations", 2, SCHEMA, apply)
