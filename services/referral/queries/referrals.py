"""Which referrals wait or are on hold, which are of a person, and what an organisation may know of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from services.referral.persons import PersonReferral
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.pagination import Page, key_of, page_of


class Case(Message):
    """One referral as the people who do the work see it."""

    referral: str
    person: str
    organisation: str | None
    city: str
    sector: str
    status: str
    received_on: date
    planned_for: date | None
    review_on: date | None
    days_waited: int


class OwnReferral(Message):
    """A referral as its organisation sees it: the status only where the person agreed to feedback."""

    referral: str
    received_on: date
    status: str | None


async def person_of(connection: Connection, caller: Caller, referral_id: str) -> str | None:
    """The pseudonymous id of the person of a case that the caller may see: a facilitator of its city, or everybody's.

    None when there is no such case in his sight.
    """
    row = await connection.fetchrow("select person, city from cases where referral = $1", referral_id)
    if row is None:
        return None
    sees = caller.role is Role.FACILITATOR and row["city"] in caller.cities
    return str(row["person"]) if sees or caller.role is Role.DATA_PROTECTION else None


async def may_refer(connection: Connection, caller: Caller, person_id: str) -> bool:
    """Whether no case of that person is out of this caller's sight."""
    seen = "city = any($2)" if caller.role is Role.FACILITATOR else "organisation is not distinct from $2"
    query = f"select not exists (select from cases where person = $1 and not ({seen}))"
    within = list(caller.cities) if caller.role is Role.FACILITATOR else caller.organisation
    return bool(await connection.fetchval(query, person_id, within))


async def referrals_of(connection: Connection, person_id: str) -> list[PersonReferral]:
    """The referrals of a person, the oldest first; none of who was never referred."""
    rows = await connection.fetch(
        "select referral, city, organisation from cases where person = $1 order by received_on, referral", person_id
    )
    return [PersonReferral(**row) for row in rows]


async def referred_by(connection: Connection, referrer_id: str) -> list[tuple[str, date]]:
    """The referrals that a referrer made and their days, the oldest first."""
    rows = await connection.fetch(
        "select referral, received_on from cases where referrer = $1 order by received_on, referral", referrer_id
    )
    return [(row["referral"], row["received_on"]) for row in rows]


async def active_since(connection: Connection, people: Sequence[str], day: date) -> set[str]:
    """Those of `people`, referred or referring, to one of whose referrals something happened on that day or later."""
    rows = await connection.fetch(
        "select person from cases where person = any($1) and last_on >= $2"
        " union select referrer from cases where referrer = any($1) and received_on >= $2",
        people,
        day,
    )
    return {row[0] for row in rows}


async def waiting_for_intake(
    connection: Connection, caller: Caller, today: date, after: str | None, limit: int
) -> Page[Case]:
    """Those without an intake in the caller's cities, waiting longest first."""
    without = "status in ('received', 'intake_planned')"
    return await _worklist(connection, caller, today, without, "received_on", after, limit)


async def on_hold_past_review(
    connection: Connection, caller: Caller, today: date, after: str | None, limit: int
) -> Page[Case]:
    """Those on hold whose review date has passed, in the caller's cities."""
    past = "status = 'on_hold' and review_on < $1"
    return await _worklist(connection, caller, today, past, "review_on", after, limit)


async def _worklist(
    connection: Connection,
    caller: Caller,
    today: date,
    condition: str,
    day: Literal["received_on", "review_on"],
    after: str | None,
    limit: int,
) -> Page[Case]:
    rows = await connection.fetch(
        "select referral, person, organisation, city, sector, status, received_on, planned_for, review_on,"
        f" ($1::date - received_on) as days_waited from cases where city = any($2) and {condition}"
        f" and ($3::date is null or ({day}, referral) > ($3, $4::text)) order by {day}, referral limit $5",
        today,
        list(caller.cities),
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    key = {row["referral"]: row[day] for row in rows}
    return page_of([Case(**row) for row in rows], limit, lambda case: (key[case.referral], case.referral))


async def of_organisation(connection: Connection, caller: Caller, after: str | None, limit: int) -> Page[OwnReferral]:
    """The referrals of the caller's own organisation, the oldest first."""
    rows = await connection.fetch(
        "select referral, received_on, case when feedback_agreed then status end as status"
        " from cases where organisation = $1 and ($2::date is null or (received_on, referral) > ($2, $3::text))"
        " order by received_on, referral limit $4",
        caller.organisation,
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([OwnReferral(**row) for row in rows], limit, lambda own: (own.received_on, own.referral))
