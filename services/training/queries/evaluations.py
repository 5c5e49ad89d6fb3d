"""How each training was found, with its response rate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import asyncpg

from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.pagination import Key

_EVALUATION = """
select training, kind, title, city, last_on as "on", closed_on is not null as closed, invited,
    coalesce(answers, (select count(*) from evaluation_answers a where a.training = e.training)) as answers,
    score, confidence_before, confidence_after
from evaluations e join trainings using (training)
"""
_OVER_TIME = f"""
{_EVALUATION} where last_on between $1 and $2 and (last_on, training) > ($3, $4)
    and (not $6 or organiser = any($7) and city = any($8)) order by last_on, training limit $5
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


async def find(
    connection: Connection,
    caller: Caller,
    organisers: Collection[str],
    since: date,
    until: date,
    after: Key,
    limit: int,
) -> list[Evaluation]:
    """Those of the period, by the last day of the training; a trainer's are those of his organisation and cities."""
    his = (caller.role is Role.TRAINER, list(organisers), list(caller.cities))
    rows = await connection.fetch(_OVER_TIME, since, until, *after, limit, *his)
    return [_evaluation(row) for row in rows]


async def one(connection: Connection, training: str) -> Evaluation | None:
    """The evaluation of one training, if people were asked."""
    row = await connection.fetchrow(f"{_EVALUATION} where training = $1", training)
    return _evaluation(row) if row else None


def _evaluation(row: asyncpg.Record) -> Evaluation:
    return Evaluation(**row, response_rate=round(row["answers"] / row["invited"], 3))
