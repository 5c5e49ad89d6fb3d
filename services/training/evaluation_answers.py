"""What people thought of a training, apart from who they are: nothing joins a spent link and an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from services.training.links import digest, mint
from services.training.trainings.commands import Tally
from shared.domain.bounds import PRINTABLE_LINES
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of

MIGRATIONS = migrations_of("evaluation_answers", Path(__file__).parent / "sql" / "evaluation_answers")
_ANSWER = """
insert into evaluation_answers (training, score, confidence_before, confidence_after, improve)
values ($1, $2, $3, $4, $5)
"""
_TALLY = """
select count(*) as answers, coalesce(sum(score), 0) as score, coalesce(sum(confidence_before), 0) as confidence_before,
    coalesce(sum(confidence_after), 0) as confidence_after
from evaluation_answers where training = $1
"""
_IMPROVEMENTS = """
select id::text as answer, improve from evaluation_answers
where training = $1 and improve is not null and id::text > $2 order by id::text limit $3
"""


class Answer(Message):
    """One opinion: a score of 1 to 10, confidence of 1 to 5 before and after, and what to improve."""

    score: Annotated[int, Field(ge=1, le=10)]
    confidence_before: Annotated[int, Field(ge=1, le=5)]
    confidence_after: Annotated[int, Field(ge=1, le=5)]
    improve: Annotated[
        str | None,
        StringConstraints(strip_whitespace=True, max_length=2000, pattern=PRINTABLE_LINES),
        Field(repr=False),
    ] = None


class Improvement(Message):
    """What one of those who answered would improve; `answer` tells two of them apart, and nothing of who gave it."""

    answer: str
    improve: str = Field(repr=False)


async def ask(connection: Connection, training: str, people: int) -> list[str]:
    """One token a person, in an order that tells nothing; to be handed out one each."""
    tokens = sorted(mint() for _ in range(people))
    links = sorted((digest(token), training) for token in tokens)
    await connection.executemany("insert into evaluation_links values ($1, $2)", links)
    return tokens


async def ask_again(connection: Connection, training: str) -> list[str]:
    """Other tokens in the place of those that were not used, as many, which lead nowhere from now on."""
    return await ask(connection, training, await end(connection, training))


async def answer(connection: Connection, token: str, given: Answer) -> bool:
    """Spend the link and keep the answer, in the caller's transaction; False when the link leads nowhere."""
    spend = "delete from evaluation_links where digest = $1 returning training"
    training = await connection.fetchval(spend, digest(token))
    if training is not None:
        row = (given.score, given.confidence_before, given.confidence_after, given.improve or None)
        await connection.execute(_ANSWER, training, *row)
    return training is not None


async def end(connection: Connection, training: str) -> int:
    """The links that were not used lead nowhere any more; how many. Waits for the answers that are being given."""
    gone = await connection.execute("delete from evaluation_links where training = $1", training)
    return int(gone.rpartition(" ")[2])


async def unanswered(connection: Connection, training: str) -> int:
    """How many of those who were asked did not answer."""
    query = "select invited from evaluations where training = $1"
    return int(await connection.fetchval(query, training)) - (await tally(connection, training)).answers


async def forget(connection: Connection, training: str) -> None:
    """What people thought of a training that did not take place: no link and no answer is left."""
    await end(connection, training)
    await connection.execute("delete from evaluation_answers where training = $1", training)


async def tally(connection: Connection, training: str) -> Tally:
    """The answers, added up."""
    return Tally(**dict(await connection.fetchrow(_TALLY, training) or {}))


async def improvements(connection: Connection, training: str, after: str, limit: int) -> list[Improvement]:
    """What people would improve, in an order that tells nothing: up to `limit` after the answer named."""
    return [Improvement(**row) for row in await connection.fetch(_IMPROVEMENTS, training, after, limit)]
