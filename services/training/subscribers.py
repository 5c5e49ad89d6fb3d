"""What the training service hears: the organisations, so that nobody types them twice."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from services.training import organisations
from services.training.organisations import DatedName, Organisation
from shared.contracts import referral as contract
from shared.contracts.referral import ORGANISATIONS
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.i18n.code_lists import Id
from shared.messaging.inbox import ReceivedMessage, Inbox
from shared.projections.topic import TopicProjection

_ID: TypeAdapter[str] = TypeAdapter(Id)


async def hear(connection: Connection, heard: Sequence[ReceivedMessage]) -> None:
    """Keep what was told; applying it twice is applying it once.

    Raises Refused `message-out-of-bounds` for what is wider than what is kept here, or has a code nobody knows here:
    a dead letter, which can be replayed when the service knows it.
    """
    for each in heard:
        try:
            await _hear(connection, each)
        except ValidationError:
            raise Refused("message-out-of-bounds") from None


async def _hear(connection: Connection, heard: ReceivedMessage) -> None:
    match heard.message:
        case contract.OrganisationRegistered() as told:
            name = DatedName(name=told.name, since=told.since)
            organisation = Organisation.model_validate(
                {"organisation": told.organisation, "name": told.name, "sector": told.sector, "city": told.city}
            )
            await organisations.register(connection, organisation, name)
        case contract.OrganisationRenamed() as told:
            name = DatedName(name=told.name, since=told.since)
            await organisations.rename(connection, _ID.validate_python(told.organisation), name)


REGISTER = TopicProjection(
    consumer="training",
    version="1",
    schemas=[organisations.SCHEMA],
    inboxes=[Inbox("training", ORGANISATIONS, hear)],
)
