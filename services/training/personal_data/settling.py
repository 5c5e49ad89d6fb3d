"""What is to come of somebody who is erased: his place, his place in the queue and his links are given back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.network_events.commands import CancelGuest
from services.training.personal_data import entries
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import CancelRegistration
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.clock import now, today
from shared.domain.messages import Refused
from shared.eventstore.command_handler import issue
from shared.eventstore.event_store import Connection, EventStore
from shared.http.commands import meta_of

_TO_COME = """
select 'training-' || training as stream from trainings
where 'training-' || training = any($1) and first_on > $2 and status not in ('held', 'cancelled')
union all select 'event-' || event from network_events
where 'event-' || event = any($1) and first_on > $2 and status = 'planned'
order by 1
"""


async def settle(connection: Connection, store: EventStore, person: str, streams: Sequence[str], by: str) -> list[str]:
    """Take him off every roll of these that is of days to come, in the caller's transaction; of which.

    Who was there, or may have been, stays on the roll without a name: what took place is told late.
    """
    on, settled = today(), list[str]()
    await store.lock_streams(connection, set(streams))
    for row in await connection.fetch(_TO_COME, list(streams), on):
        issued = _taken_back(row["stream"], person, by, on)
        with suppress(Refused):  # a speaker is on no roll
            outcome = await issue(connection, store, issued, meta_of(issued.command))
            settled += [row["stream"]] if outcome.events else []
    for stream in streams:
        await entries.cut(connection, stream, person)
    return settled


def _taken_back(stream: str, person: str, by: str, on: date) -> AnyIssued:
    prefix, _, identity = stream.partition("-")
    if prefix == TRAINING.prefix:
        leaves = CancelRegistration(at=now(), by=by, training_id=identity, on=on, participant_id=person)
        return Issued(TRAINING, identity, leaves)
    return Issued(
        NETWORK_EVENT, identity, CancelGuest(at=now(), by=by, event_id=identity, on=on, participant_id=person)
    )
