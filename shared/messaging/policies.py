"""Policies on messages of other services: their commands are issued in the transaction of the checkpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from shared.domain.aggregate import AnyIssued
from shared.eventstore.command_handler import issue
from shared.eventstore.event_store import Connection, EventStore
from shared.messaging.cloudevents import Topic
from shared.messaging.inbox import Inbox, ReceivedMessage

MessagePolicy: TypeAlias = "Callable[[Connection, ReceivedMessage], Awaitable[Sequence[AnyIssued]]]"
"""The commands that a message leads to. Raises Refused or ValidationError: the message is a dead letter.

Each value is brought within its bounds before it reaches the database; any other exception is not its fault.
"""


@dataclass(frozen=True, slots=True)
class PolicyConsumer:
    """A consumer that issues commands: its name, its topic, and the subject its commands are by."""

    name: str
    topic: Topic
    by: str
    policy: MessagePolicy

    def inbox(self, store: EventStore) -> Inbox:
        """Its inbox, which issues the commands to that store."""

        async def apply(connection: Connection, messages: Sequence[ReceivedMessage]) -> None:
            for each in messages:
                for issued in await self.policy(connection, each):
                    await issue(connection, store, issued, each.meta(self.by))

        return Inbox(self.name, self.topic, apply)
