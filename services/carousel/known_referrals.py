"""What the referral service told of each referral: a table of the consumer, kept until the carousel needs it.

It stands in no event of the carousel, so it is no projection: only hearing the topic anew builds it again.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg

from services.carousel.values import Availabilities
from shared.contracts.referral import ReferralReceived, ReferralWithdrawn
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.i18n.code_lists import Category, City, ReasonCode
from shared.i18n.text import Language

MIGRATIONS = migrations_of("known_referrals", Path(__file__).parent / "sql" / "known_referrals")


class Received(Message):
    """When and in which language a person can come, in words that the carousel knows."""

    language: Language
    availability: Availabilities


class Withdrawn(Message):
    """Why a person left before the start, in words that the carousel knows."""

    category: Category
    code: ReasonCode


class KnownReferral(Received):
    """What the waiting list needs of a referral."""

    city: City
    accepted: bool


async def keep(connection: Connection, message: ReferralReceived) -> None:
    """Keep where, when and in which language the person can come; ValidationError for what the carousel cannot use."""
    known = Received.model_validate({"language": message.language, "availability": message.availability})
    await connection.execute(
        "insert into referrals (referral, city, language, availability) values ($1, $2, $3, $4)"
        " on conflict (referral) do update set city = excluded.city, language = excluded.language,"
        " availability = excluded.availability",
        message.referral,
        message.preferred_city,
        known.language,
        [f"{weekday}/{part}" for weekday, part in known.availability],
    )


async def accepted(connection: Connection, referral: str) -> KnownReferral | None:
    """The person may join; None when the referral is not known."""
    return _known(
        await connection.fetchrow("update referrals set accepted = true where referral = $1 returning *", referral)
    )


async def resumed(connection: Connection, referral: str) -> KnownReferral | None:
    """The person came back; None when the referral is not known."""
    return _known(
        await connection.fetchrow(
            "update referrals set withdrawn_on = null, category = null, code = null where referral = $1 returning *",
            referral,
        )
    )


async def withdrawn(connection: Connection, message: ReferralWithdrawn) -> None:
    """The person left before the start, for that reason; ValidationError for one that the carousel does not know."""
    why = Withdrawn.model_validate({"category": message.category, "code": message.code})
    await connection.execute(
        "update referrals set withdrawn_on = $2, category = $3, code = $4 where referral = $1",
        message.referral,
        message.on,
        why.category,
        why.code,
    )


async def retracted(connection: Connection, referral: str) -> None:
    """It never was a referral, or is another one's duplicate: it met no barrier."""
    await connection.execute("update referrals set retracted = true where referral = $1", referral)


def _known(row: asyncpg.Record | None) -> KnownReferral | None:
    if row is None:
        return None
    return KnownReferral(
        city=row["city"],
        language=row["language"],
        availability=[tuple(each.split("/")) for each in row["availability"]],
        accepted=row["accepted"],
    )
