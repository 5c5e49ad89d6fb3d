"""What reporting consumes, and how it is applied: to the rows, and by what that changes to the figures."""

from __future__ import annotations

from collections.abc import Sequence

from services.reporting.metrics import store
from services.reporting.metrics.catalogue import catalogue_version
from services.reporting.metrics.measure import FigureChanges
from services.reporting.metrics.store import Write, figure_writes, lock_figures, write_all
from services.reporting.projections import CONSUMER, PROJECTIONS
from services.reporting.projections.known_codes import require_known
from services.reporting.projections.row_projection import AnyEvent
from shared.contracts import carousel, referral, training
from shared.eventstore.event_store import Connection
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.projections.topic import TopicProjection

VERSION = 7  # of the projections: it goes up when the same messages give other rows
TOPICS = (
    referral.ORGANISATIONS,
    referral.CASES,
    carousel.CASES,
    carousel.SESSIONS,
    training.ACTIVITIES,
    training.PARTICIPATIONS,
)


async def apply(connection: Connection, received: Sequence[ReceivedMessage]) -> None:
    """Apply messages to their rows, and write what that changes in the figures.

    Rows have events of several topics: one batch at a time. Raises Refused for what no figure knows how to count.
    """
    for each in received:
        require_known(each.message)
    await lock_figures(connection)
    events: list[AnyEvent] = [each.message for each in received]
    changes = FigureChanges()
    writes: list[Write] = []
    for projection in PROJECTIONS:
        if routed := projection.route(events):
            before = await projection.load(connection, routed)
            after, derived = projection.advance(before, routed, changes)
            events.extend(derived)
            writes.extend(projection.writes(after))
    await write_all(connection, [*writes, *await figure_writes(connection, changes)])


FIGURES = TopicProjection(
    CONSUMER,
    f"{VERSION}.{catalogue_version()}",
    [store.SCHEMA, *(each.schema for each in PROJECTIONS)],
    [Inbox(CONSUMER, topic, apply) for topic in TOPICS],
)
