"""How did people find each training? With its response rate; below five answers nothing but the counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.training.events import training as told
from services.training.views.keys import DayKey
from services.training.views.trainings import stream
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role

VERSION = 1
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


class Evaluation(Message):
    """How a training was found, with its response rate; below five answers nothing but the counts."""

    training: str
    kind: str
    title: str
    city: str
    on: date
    closed: bool
    invited: int
    answers: int
    response_rate: float
    score: float | None
    confidence_before: float | None
    confidence_after: float | None


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """Say each fact in its row: applying the facts twice is applying them once."""
    for fact in facts:
        match fact.event:
            case told.EvaluationOpened() as event:
                await _open(connection, event)
            case told.EvaluationClosed() as event:
                await connection.execute(
                    "update evaluations set closed_on = $2, answers = $3, score = $4, confidence_before = $5,"
                    " confidence_after = $6 where training = $1",
                    event.training_id,
                    event.on,
                    event.answers,
                    event.score,
                    event.confidence_before,
                    event.confidence_after,
                )


async def _open(connection: Connection, event: told.EvaluationOpened) -> None:
    """All that were asked so far, counted in the facts, so that saying it twice adds nothing."""
    await connection.execute(
        "insert into evaluations (training, invited)"
        " select $1, sum(jsonb_array_length(data->'participants')) from events"
        " where stream = $2 and type = 'EvaluationOpened'"
        " on conflict (training) do update set invited = excluded.invited",
        event.training_id,
        stream(event.training_id),
    )


_EVALUATION = (
    'select training, kind, title, city, last_on as "on", closed_on is not null as closed, invited,'
    " coalesce(answers, (select count(*) from evaluation_answers a where a.training = e.training)) as answers,"
    " score, confidence_before, confidence_after from evaluations e join trainings using (training)"
)


async def find(
    connection: Connection, caller: Caller, since: date, until: date, after: DayKey, limit: int
) -> list[Evaluation]:
    """Those of the period, by the last day of the training; a trainer's are those of his organisation and cities."""
    rows = await connection.fetch(
        f"{_EVALUATION} where last_on between $1 and $2 and (not $3 or organiser = $4 and city = any($5))"
        " and (last_on, training) > ($6, $7) order by last_on, training limit $8",
        since,
        until,
        caller.role is Role.TRAINER,
        caller.organisation,
        list(caller.cities),
        *after,
        limit,
    )
    return [_evaluation(row) for row in rows]


async def of(connection: Connection, training: str) -> Evaluation | None:
    """The evaluation of one training, if people were asked."""
    row = await connection.fetchrow(f"{_EVALUATION} where training = $1", training)
    return _evaluation(row) if row else None


def _evaluation(row: Any) -> Evaluation:  # noqa: ANN401 - a row
    return Evaluation(**row, response_rate=round(row["answers"] / row["invited"], 3))
