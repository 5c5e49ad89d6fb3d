"""What every view of the carousel reads its facts with: the types, and the streams that facts touch, read again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, get_args

from services.carousel.events.cycle import CycleEvent, OfferEvent
from services.carousel.events.participation import ParticipationEvent
from shared.domain.messages import Recorded
from shared.eventstore.event_store import Connection, event_types, recorded

TYPES = event_types(OfferEvent, *get_args(CycleEvent), *get_args(ParticipationEvent))
OFFER, CYCLE, PARTICIPATION = "offer-", "cycle-", "participation-"


async def touched(
    connection: Connection, facts: Sequence[Recorded[Any]], kind: str
) -> AsyncIterator[Sequence[Recorded[Any]]]:
    """Each stream of that kind the facts are of, whole: folding it again is applying it once, however often."""
    for name in sorted({fact.stream for fact in facts if fact.stream.startswith(kind)}):
        rows = await connection.fetch("select * from events where stream = $1 order by version", name)
        yield [recorded(row, TYPES) for row in rows]
