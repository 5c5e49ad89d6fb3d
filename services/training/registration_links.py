"""The link of a registration for a training or network event: it says how one stands, and takes the request back.

No answer tells who is registered: a link that was used, that never was, or that is for something else, is answered
alike.
"""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Response
from pydantic import Field

from services.training.access import Persons, Reading
from services.training.links import Token
from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.network_events.commands import CancelGuest
from services.training.newcomers import PUBLIC
from services.training.personal_data import entries
from services.training.personal_data.entries import AskedMeanwhile, Entry, Now
from services.training.personal_data.store import People
from services.training.refusals import Refusal
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import CancelRegistration
from shared.domain.clock import now, today
from shared.domain.messages import Message, Refused
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection, VersionConflict
from shared.eventstore.idempotency import StoredAnswer
from shared.http.commands import Commanding, Commands
from shared.http.idempotency_key import READS, response_of

router = APIRouter(prefix="/public/registrations", tags=["public"])
_ATTEMPTS = 20


class Link(Message):
    """The link of a registration."""

    token: Token = Field(repr=False)


@router.post("/cancel", status_code=204)
async def cancel_by_link(body: Link, commands: Commanding, people: Persons) -> Response:
    """The link works once; who waits first moves up when nobody else asked for the same registration."""
    for _ in range(_ATTEMPTS):
        with suppress(AskedMeanwhile):
            return response_of(await _taken_back(commands, people, body.token))
    raise VersionConflict(PUBLIC)


async def _taken_back(commands: Commands, people: People, token: str) -> StoredAnswer:
    async with commands.store.pool.acquire() as connection:
        entry = await entries.find(connection, token)
    if entry:
        return await _cancelled(commands, people, entry)
    answered = await commands.earlier_answer()
    if answered is None:
        raise Refused(Refusal.LINK_NOT_VALID)
    return answered


async def _cancelled(commands: Commands, people: People, entry: Entry) -> StoredAnswer:
    async def write(connection: Connection, _: Outcome) -> None:
        await entries.take_back(connection, people, entry)

    prefix, _, identity = entry.stream.partition("-")
    on, at, person, others = today(), now(), entry.person, entry.others
    if prefix == TRAINING.prefix:
        registration = CancelRegistration(
            at=at, by=PUBLIC, training_id=identity, on=on, participant_id=person, asked_by_others=others
        )
        return await commands.answer(TRAINING, identity, registration, hooks=[write], content=_nothing, status=204)
    guest = CancelGuest(at=at, by=PUBLIC, event_id=identity, on=on, participant_id=person, asked_by_others=others)
    return await commands.answer(NETWORK_EVENT, identity, guest, hooks=[write], content=_nothing, status=204)


def _nothing(_: Outcome) -> None:
    """Nothing is to be said."""


@router.post("/standing", openapi_extra=READS)
async def standing_by_link(body: Link, connection: Reading) -> Now:
    """Whether he has a place by now, or how many wait before him, and what became of it; the link stays good."""
    found = await entries.standing(connection, body.token)
    if found is None:
        raise Refused(Refusal.LINK_NOT_VALID)
    return found
