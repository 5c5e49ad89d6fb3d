"""Names and contacts of those referred and of referrers, sealed: the only place they exist."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared import people
from shared.messages import Message
from shared.people import Register, Text
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
