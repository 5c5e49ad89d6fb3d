"""What the referral service told of each referral, kept by the subscriber until the carousel needs it.

It stands in no fact of the carousel, so no view: nothing here can be built again but by hearing the topic anew.
"""

from __future__ import annotations

from typing import Any

from services.carousel.events.values import Availabilities
from shared.contracts import referral as said
from shared.domain.bounds import Day
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.i18n.code_lists import Category, City, Id, ReasonCode
from shared.i18n.text import Language

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
alter table referrals add column if not exists retracted boolean not null default false;
create index if not exists referrals_withdrawn on referrals (city, withdrawn_on) where withdrawn_on is not null;
"""


class Received(Message):
    """Where, when and in which language a person can come, as the carousel can use it."""

    referral: Id
    city: City
    language: Language
    availability: Availabilities


class Withdrawn(Message):
    """Why a person left before the start, in words that the carousel knows."""

    referral: Id
    on: Day
    category: Category
    code: ReasonCode


class Referral(Message):
    """What the waiting list needs of a referral."""

    city: City
    language: Language
    availability: Availabilities
    accepted: bool


async def received(connection: Connection, message: said.ReferralReceived) -> None:
    """Keep where, when and in which language the person can come; ValidationError for what the carousel cannot use."""
    told = Received.model_validate(
        {
            "referral": message.referral,
            "city": message.preferred_city,
            "language": message.language,
            "availability": message.availability,
        }
    )
    await connection.execute(
        "insert into referrals (referral, city, language, availability) values ($1, $2, $3, $4)"
        " on conflict (referral) do update set city = excluded.city, language = excluded.language,"
        " availability = excluded.availability",
        told.referral,
        told.city,
        told.language,
        [f"{weekday}/{part}" for weekday, part in told.availability],
    )


async def accepted(connection: Connection, referral: str) -> None:
    """The person may join."""
    await connection.execute("update referrals set accepted = true where referral = $1", referral)


async def withdrawn(connection: Connection, message: said.ReferralWithdrawn) -> None:
    """The person left before the start, for that reason; ValidationError for one that the carousel does not know."""
    told = Withdrawn.model_validate(
        {"referral": message.referral, "on": message.on, "category": message.category, "code": message.code}
    )
    await connection.execute(
        "update referrals set withdrawn_on = $2, category = $3, code = $4 where referral = $1",
        told.referral,
        told.on,
        told.category,
        told.code,
    )


async def resumed(connection: Connection, referral: str) -> None:
    """The person came back."""
    await connection.execute(
        "update referrals set withdrawn_on = null, category = null, code = null where referral = $1", referral
    )


async def retracted(connection: Connection, referral: str) -> None:
    """It never was a referral, or is another one's duplicate: it met no barrier."""
    await connection.execute("update referrals set retracted = true where referral = $1", referral)


async def find(connection: Connection, referral: str) -> Referral | None:
    """What was told of one referral, or None."""
    row = await connection.fetchrow("select * from referrals where referral = $1", referral)
    if row is None:
        return None
    known: dict[str, Any] = {name: row[name] for name in Referral.model_fields}
    return Referral.model_validate(known | {"availability": [tuple(each.split("/")) for each in row["availability"]]})
