"""What the referral service told of each referral: a table of the consumer, kept until the carousel needs it.

It stands in no event of the carousel, so it is no projection: only hearing the topic anew builds it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import asyncpg

from services.carousel.values import Availabilities
from shared.contracts.referral import ReferralReceived, ReferralWithdrawn
from shared.domain.bounds import FIRST_DAY
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.eventstore.migrations import migrations_of
from shared.i18n.code_lists import Category, City, ReasonCode
from shared.i18n.text import Language

MIGRATIONS = migrations_of("known_referrals", Path(__file__).parent / "sql" / "known_referrals")


_LINKS, _PERSONS = 7226011, 7226012
"""Locks: who changes links of duplicates, or the referrals of a person, sees what the others made of them."""


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


class Member(Message):
    """One of the referrals of a person, and since when it is."""

    referral: str
    person: str | None
    since: date


async def keep(connection: Connection, message: ReferralReceived) -> list[Sequence[Member]]:
    """Keep where, when and in which language the person can come, and who he is.

    Returns the referrals of each person who has one more or less by it. ValidationError for what the carousel cannot
    use.
    """
    known = Received.model_validate({"language": message.language, "availability": message.availability})
    before = await _person_of(connection, message.referral)
    await connection.execute(
        "insert into referrals (referral, city, language, availability, person, received_on)"
        " values ($1, $2, $3, $4, $5, $6)"
        " on conflict (referral) do update set city = excluded.city, language = excluded.language,"
        " availability = excluded.availability, person = coalesce(excluded.person, referrals.person),"
        " received_on = excluded.received_on",
        message.referral,
        message.preferred_city,
        known.language,
        [f"{weekday}/{part}" for weekday, part in known.availability],
        message.person,
        message.on,
    )
    return await _changed(connection, message.referral, before)


async def attributed(connection: Connection, referral: str, person: str) -> list[Sequence[Member]] | None:
    """The referral is of that person, whatever was said when it came in. None when it is not known; else as `keep`."""
    before = await _person_of(connection, referral)
    told = await connection.execute("update referrals set attributed = $2 where referral = $1", referral, person)
    return await _changed(connection, referral, before) if told == "UPDATE 1" else None


async def transferred(connection: Connection, referral: str, city: str) -> KnownReferral | None:
    """The road goes on in another city; None when the referral is not known."""
    return _known(
        await connection.fetchrow("update referrals set city = $2 where referral = $1 returning *", referral, city)
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


async def not_accepted(connection: Connection, referral: str) -> None:
    """The person was accepted in error."""
    await connection.execute("update referrals set accepted = false where referral = $1", referral)


async def retracted(connection: Connection, referral: str, of: str | None) -> list[tuple[str, str | None]]:
    """It never was a referral, or is another one's duplicate: it met no barrier.

    Returns for which referral each one counts, of those of which that changes.
    """
    await connection.execute("select pg_advisory_xact_lock($1)", _LINKS)
    await connection.execute(
        "update referrals set retracted = true, duplicate_of = $2 where referral = $1", referral, of
    )
    return await _counted(connection, referral)


async def not_retracted(connection: Connection, referral: str) -> list[tuple[str, str | None]]:
    """It is a referral of its own after all; as `retracted`."""
    await connection.execute("select pg_advisory_xact_lock($1)", _LINKS)
    await connection.execute(
        "update referrals set retracted = false, duplicate_of = null where referral = $1", referral
    )
    return await _counted(connection, referral)


async def _counted(connection: Connection, referral: str) -> list[tuple[str, str | None]]:
    """Of this referral and of its duplicates, and theirs: the one at the end of the links."""
    rows = await connection.fetch(
        "with recursive linked as (select referral, duplicate_of from referrals where referral = $1 union"
        " select r.referral, r.duplicate_of from referrals r join linked on r.duplicate_of = linked.referral)"
        " select * from linked order by referral",
        referral,
    )
    return [(row["referral"], await _end_of(connection, row["referral"])) for row in rows]


async def _end_of(connection: Connection, referral: str) -> str | None:
    """The referral at the end of the links from this one, None when it is no duplicate; links in a ring end nowhere."""
    seen, end = [referral], None
    while following := await connection.fetchval("select duplicate_of from referrals where referral = $1", seen[-1]):
        if following in seen:
            break
        seen.append(end := following)
    return end


async def _person_of(connection: Connection, referral: str) -> str | None:
    person: str | None = await connection.fetchval(
        "select coalesce(attributed, person) from referrals where referral = $1", referral
    )
    return person


async def _changed(connection: Connection, referral: str, before: str | None) -> list[Sequence[Member]]:
    """The referrals of the person whose it was and of the one whose it is; none when that is the same."""
    after = await _person_of(connection, referral)
    people = sorted({each for each in (before, after) if each}) if before != after else []
    for person in people:
        await connection.execute("select pg_advisory_xact_lock($1, hashtext($2))", _PERSONS, person)
    return [await _members(connection, person) for person in people]


async def _members(connection: Connection, person: str) -> Sequence[Member]:
    rows = await connection.fetch(
        "select referral, $1 as person, coalesce(received_on, $2) as since from referrals"
        " where coalesce(attributed, person) = $1 order by referral",
        person,
        FIRST_DAY,
    )
    return [Member(**row) for row in rows]


def _known(row: asyncpg.Record | None) -> KnownReferral | None:
    if row is None:
        return None
    return KnownReferral(
        city=row["city"],
        language=row["language"],
        availability=[tuple(each.split("/")) for each in row["availability"]],
        accepted=row["accepted"],
    )
