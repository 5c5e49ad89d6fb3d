"""How does each referral stand? Who waits for an intake, who is on hold, and what an organisation may know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any, get_args

from services.referral.domain import referral as rules
from services.referral.domain.names import Road
from services.referral.events import ReferralEvent, RegisterEvent
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection, event_types, recorded
from shared.http.auth import Caller, Role
from shared.http.pagination import Page, key_of, page_of
from shared.http.steps import day_of

TYPES = event_types(*get_args(ReferralEvent), *get_args(RegisterEvent))

VERSION = 3
SCHEMA = """
create table if not exists cases (
    referral        text primary key,
    person          text    not null,
    referrer        text,
    organisation    text,
    city            text    not null,
    residence       text    not null,
    sector          text    not null,
    status          text    not null,
    received_on     date    not null,
    planned_for     date,
    review_on       date,
    feedback_agreed boolean not null,
    last_on         date    not null            -- the day of the last thing that happened on this road
);
create index if not exists cases_person on cases (person);
create index if not exists cases_referrer on cases (referrer);
create index if not exists cases_open on cases (status, city, received_on);
create index if not exists cases_organisation on cases (organisation, received_on);
"""


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


def stream(referral_id: str) -> str:
    """The stream of one referral, and its key on the topic."""
    return f"referral-{referral_id}"


async def apply(connection: Connection, facts: Sequence[Recorded[Any]]) -> None:
    """TopicProjection each stream the facts touch again: applying them twice is applying them once."""
    for name in sorted({fact.stream for fact in facts if fact.stream.startswith("referral-")}):
        rows = await connection.fetch("select * from events where stream = $1 order by version", name)
        events = [recorded(row, TYPES).event for row in rows]
        await _put(connection, reduce(rules.evolve, events, rules.initial), max(map(day_of, events)))


async def _put(connection: Connection, state: rules.Referral, last_on: date) -> None:
    received = state.received
    if received is None:
        return
    await connection.execute(
        "insert into cases values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " on conflict (referral) do update set status = excluded.status, planned_for = excluded.planned_for,"
        " review_on = excluded.review_on, last_on = excluded.last_on",
        received.referral_id,
        received.person_id,
        received.referrer_id,
        received.organisation_id,
        received.preferred_city,
        received.city_of_residence,
        received.sector,
        state.status,
        received.received_on,
        state.planned_for,
        state.review_on,
        received.feedback_agreed,
        last_on,
    )


async def whose(connection: Connection, caller: Caller, referral_id: str) -> str | None:
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


async def roads_of(connection: Connection, person_id: str) -> list[Road]:
    """The referrals of a person, the oldest first; none of who was never referred."""
    rows = await connection.fetch(
        "select referral, city, organisation from cases where person = $1 order by received_on, referral", person_id
    )
    return [Road(**row) for row in rows]


async def referred_by(connection: Connection, referrer_id: str) -> list[tuple[str, date]]:
    """The referrals that a referrer made and their days, the oldest first."""
    rows = await connection.fetch(
        "select referral, received_on from cases where referrer = $1 order by received_on, referral", referrer_id
    )
    return [(row["referral"], row["received_on"]) for row in rows]


async def active_since(connection: Connection, people: Sequence[str], day: date) -> set[str]:
    """Those of `people`, referred or referring, on one of whose roads something happened on that day or later."""
    rows = await connection.fetch(
        "select person from cases where person = any($1) and last_on >= $2"
        " union select referrer from cases where referrer = any($1) and received_on >= $2",
        people,
        day,
    )
    return {row[0] for row in rows}


_CASE = (
    "select referral, person, organisation, city, sector, status, received_on, planned_for, review_on,"
    " ($1::date - received_on) as days_waited from cases where city = any($2)"
)


async def waiting_for_intake(
    connection: Connection, caller: Caller, today: date, after: str | None, limit: int
) -> Page[Case]:
    """Those without an intake in the caller's cities, waiting longest first."""
    rows = await connection.fetch(
        f"{_CASE} and status in ('received', 'intake_planned')"
        " and ($3::date is null or (received_on, referral) > ($3, $4::text))"
        " order by received_on, referral limit $5",
        today,
        list(caller.cities),
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([Case(**row) for row in rows], limit, lambda case: (case.received_on, case.referral))


async def on_hold_past_review(
    connection: Connection, caller: Caller, today: date, after: str | None, limit: int
) -> Page[Case]:
    """Those on hold whose review date has passed, in the caller's cities."""
    rows = await connection.fetch(
        f"{_CASE} and status = 'on_hold' and review_on < $1"
        " and ($3::date is null or (review_on, referral) > ($3, $4::text))"
        " order by review_on, referral limit $5",
        today,
        list(caller.cities),
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([Case(**row) for row in rows], limit, lambda case: (case.review_on or today, case.referral))


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
