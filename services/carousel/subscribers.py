"""Kafka to command: who is accepted waits for a place, who takes another road before the start waits no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.carousel.commands import participation as ask
from services.carousel.consequences import PARTICIPATIONS, follow, of_participation
from services.carousel.events.participation import Unlisted
from services.carousel.views import participations, referrals
from shared.contracts import referral as said
from shared.decider import within
from shared.event_store import Connection, EventStore
from shared.inbox import Heard, Inbox
from shared.messages import Refused

CONSUMER = "carousel"
BY = "referral"
_DECLINED: dict[str, Unlisted] = {"not_eligible": "not_eligible", "not_suitable": "not_suitable"}


def hears(store: EventStore) -> Inbox:
    """The cases of the referral service, each message once in effect."""
    return Inbox(CONSUMER, said.CASES, Ears(store).apply)


@dataclass(frozen=True, slots=True)
class Ears:
    """What a message asks for, appended in the transaction of its sequence row."""

    store: EventStore

    async def apply(self, connection: Connection, heard: Sequence[Heard]) -> None:
        """Each message in turn; raises Refused, which makes it a dead letter."""
        for each in heard:
            await self._hear(connection, each)

    async def _hear(self, connection: Connection, heard: Heard) -> None:
        match heard.message:
            case said.ReferralReceived() as message:
                await referrals.received(connection, message)
            case said.ReferralAccepted() as message:
                await referrals.accepted(connection, message.referral)
                await self._await_place(connection, heard, message.referral, message.on)
            case said.ReferralResumed() as message:
                await referrals.resumed(connection, message.referral)
                await self._resumed(connection, heard, message)
            case said.ReferralWithdrawn() as message:
                await referrals.withdrawn(connection, message)
                await self._leave(connection, heard, message.referral, "withdrawn", message.on)
            case said.ReferralPutOnHold() as message:
                await self._leave(connection, heard, message.referral, "on_hold", message.on)
            case said.ReferralRetracted() as message:
                await self._leave(connection, heard, message.referral, "retracted", message.on)
            case said.ReferralDeclined() as message:
                await self._leave(connection, heard, message.referral, _ground(message.ground), message.on)

    async def _await_place(self, connection: Connection, heard: Heard, referral: str, on: date) -> None:
        known = await referrals.find(connection, referral)
        if known is None:
            raise Refused("referral-unknown")
        if known.accepted:
            command = ask.AwaitPlace(
                at=heard.envelope.time,
                by=BY,
                referral_id=referral,
                city=known.city,
                language=known.language,
                availability=known.availability,
                on=on,
            )
            await self._ask(connection, heard, command)

    async def _resumed(self, connection: Connection, heard: Heard, message: said.ReferralResumed) -> None:
        """Who had stopped comes back; whoever else was accepted waits again."""
        person = await participations.find(connection, message.referral)
        if person and person.status == "stopped":
            command = ask.ReturnToParticipation(
                at=heard.envelope.time, by=BY, referral_id=message.referral, on=message.on
            )
            await self._ask(connection, heard, command)
        else:
            await self._await_place(connection, heard, message.referral, message.on)

    async def _leave(self, connection: Connection, heard: Heard, referral: str, cause: Unlisted, on: date) -> None:
        command = ask.LeaveWaitingList(at=heard.envelope.time, by=BY, referral_id=referral, cause=cause, on=on)
        await self._ask(connection, heard, command)

    async def _ask(self, connection: Connection, heard: Heard, command: Any) -> None:  # noqa: ANN401 - of a participation
        meta = heard.meta(BY)
        beside = [follow(self.store, meta, command)]
        stream = of_participation(command.referral_id)
        await within(connection, self.store, stream, PARTICIPATIONS, command, meta, beside)


def _ground(ground: str) -> Unlisted:
    try:
        return _DECLINED[ground]
    except KeyError:
        raise Refused("ground-unknown") from None
