"""What did the referral service tell of each referral? Kept until the carousel needs it."""

from __future__ import annotations

from typing import Any

from shared.contracts import referral as said
from shared.event_store import Connection
from shared.messages import Message
from shared.terms import Availability, City
from shared.texts import Language

SCHEMA = """
create table if not exists referrals (
    referral     text    primary key,
    city         text    not null,
    language     text    not null,
    availability text[]  not null,                -- weekday/part of day
    accepted     boolean not null default false,
    withdrawn_on date,
    category     text,
    code         text
);
create index if not exists referrals_withdrawn on referrals (city, withdrawn_on) where withdrawn_on is not null;
"""


class Referral(Message):
    """What the waiting list needs of a referral."""

    city: City
    language: Language
    availability: tuple[Availability, ...]
    accepted: bool


async def received(connection: Connection, message: said.ReferralReceived) -> None:
    """Keep where, when and in which language the person can come."""
    await connection.execute(
        "insert into referrals (referral, city, language, availability) values ($1, $2, $3, $4)"
        " on conflict (referral) do update set city = excluded.city, language = excluded.language,"
        " availability = excluded.availability",
        message.referral,
        message.preferred_city,
        message.language,
        [f"{weekday}/{part}" for weekday, part in message.availability],
    )


async def accepted(connection: Connection, referral: str) -> None:
    """The person may join."""
    await connection.execute("update referrals set accepted = true where referral = $1", referral)


async def withdrawn(connection: Connection, message: said.ReferralWithdrawn) -> None:
    """The person left before the start, for that reason."""
    await connection.execute(
        "update referrals set withdrawn_on = $2, category = $3, code = $4 where referral = $1",
        message.referral,
        message.on,
        message.category,
        message.code,
    )


async def resumed(connection: Connection, referral: str) -> None:
    """The person came back."""
    await connection.execute(
        "update referrals set withdrawn_on = null, category = null, code = null where referral = $1", referral
    )


async def find(connection: Connection, referral: str) -> Referral | None:
    """What was told of one referral, or None."""
    row = await connection.fetchrow("select * from referrals where referral = $1", referral)
    if row is None:
        return None
    known: dict[str, Any] = {name: row[name] for name in Referral.model_fields}
    return Referral.model_validate(known | {"availability": [tuple(each.split("/")) for each in row["availability"]]})
