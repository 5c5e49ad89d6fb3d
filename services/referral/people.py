"""Names and contacts of those referred and of referrers, sealed: the only place they exist."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from services.referral.views import cases
from shared import people
from shared.event_store import Connection
from shared.messages import Message
from shared.people import Register, Text, oldest_day
from shared.sealing import Seal

__all__ = ["SCHEMA", "People", "Person", "Text", "Why"]

SCHEMA = people.SCHEMA
Why = Literal["intake", "contact", "subject-access", "correction"]


class Person(Message):
    """What may be known of a person: enough to reach him, and no more."""

    name: Text = Field(repr=False)
    phone: Text | None = Field(default=None, repr=False)
    email: Text | None = Field(default=None, repr=False)


class People(Register[Person]):
    """The register of the referral service."""

    def __init__(self, seal: Seal) -> None:
        super().__init__(seal, Person)

    async def due(self, connection: Connection, keep_days: int, today: date | None = None) -> list[str]:
        """Those kept longer than `keep_days` since the last thing that happened on a road of theirs."""
        long_kept = await super().due(connection, keep_days, today)
        active = await cases.active_since(connection, long_kept, oldest_day(keep_days, today))
        return [each for each in long_kept if each not in active]
