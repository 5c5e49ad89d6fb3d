"""Kafka to command: who is accepted waits for a place, who takes another road before the start waits no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.carousel import referrals
from services.carousel.commands import participation as ask
from services.carousel.consequences import PARTICIPATIONS, follow, of_participation
from services.carousel.events.participation import Unlisted
from shared.contracts import referral as said
from shared.domain.bounds import Day
from shared.domain.messages import Message, Refused
from shared.eventstore.command_handler import within
from shared.eventstore.event_store import Connection, EventStore
from shared.i18n.code_lists import Id
from shared.messaging.inbox import ReceivedMessage, Inbox

CONSUMER = "carousel"
BY = "referral"
_DECLINED: dict[str, Unlisted] = {"not_eligible": "not_eligible", "not_suitable": "not_suitable"}


def hears(store: EventStore) -> Inbox:
    """The cases of the referral service, each message once in effect."""
    return Inbox(CONSUMER, said.CASES, Ears(store).apply)


class _About(Message):
    """Whom and which day a message is about, within their bounds before anything is looked up by them."""

    referral: Id
    on: Day


@dataclass(frozen=True, slots=True)
class Ears:
    """What a message asks for, appended in the transaction of its sequence row.

    Each value is brought within its bounds before it reaches the database: ValidationError or Refused tells that this
    one message cannot be applied; whatever else is raised is not its fault.
    """

    store: EventStore

    async def apply(self, connection: Connection, heard: Sequence[ReceivedMessage]) -> None:
        """Each message in turn; raises Refused or ValidationError, which makes it a dead letter."""
        for each in heard:
            await self._hear(connection, each)

    async def _hear(self, connection: Connection, heard: ReceivedMessage) -> None:
        match heard.message:
            case said.ReferralReceived() as message:
                await referrals.received(connection, message)
            case said.ReferralAccepted() | said.ReferralResumed() as message:
                await self._await_place(connection, heard, message)
            case said.ReferralWithdrawn() as message:
                await referrals.withdrawn(connection, message)
                await self._leave(connection, heard, message.referral, "withdrawn", message.on)
            case said.ReferralPutOnHold() as message:
                await self._leave(connection, heard, message.referral, "on_hold", message.on)
            case said.ReferralRetracted() as message:
                await self._leave(connection, heard, message.referral, "retracted", message.on)
                await referrals.retracted(connection, message.referral)
            case said.ReferralDeclined() as message:
                await self._leave(connection, heard, message.referral, _ground(message.ground), message.on)

    async def _await_place(
        self, connection: Connection, heard: ReceivedMessage, message: said.ReferralAccepted | said.ReferralResumed
    ) -> None:
        """Who is accepted waits; of those who resume, who was accepted before, and who had stopped comes back."""
        about = _About(referral=message.referral, on=message.on)
        returning = isinstance(message, said.ReferralResumed)
        await (referrals.resumed if returning else referrals.accepted)(connection, about.referral)
        known = await referrals.find(connection, about.referral)
        if known is None:
            raise Refused("referral-unknown")
        if not known.accepted:
            return
        command = ask.AwaitPlace(
            at=heard.envelope.time,
            by=BY,
            referral_id=about.referral,
            city=known.city,
            language=known.language,
            availability=known.availability,
            returning=returning,
            on=about.on,
        )
        await self._ask(connection, heard, command)

    async def _leave(self, connection: Connection, heard: ReceivedMessage, referral: str, cause: Unlisted, on: date) -> None:
        command = ask.LeaveWaitingList(at=heard.envelope.time, by=BY, referral_id=referral, cause=cause, on=on)
        await self._ask(connection, heard, command)

    async def _ask(self, connection: Connection, heard: ReceivedMessage, command: ask.AwaitPlace | ask.LeaveWaitingList) -> None:
        meta = heard.meta(BY)
        beside = [follow(self.store, meta, command)]
        stream = of_participation(command.referral_id)
        await within(connection, self.store, stream, PARTICIPATIONS, command, meta, beside)


def _ground(ground: str) -> Unlisted:
    try:
        return _DECLINED[ground]
    except KeyError:
        raise Refused("ground-unknown") from None
