"""Which referrals wait or are on hold, which are of a person, and what an organisation may know of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal

from services.referral.persons import PersonReferral
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.pagination import Page, key_of, page_of


class Case(Message):
    """One referral as the people who do the work see it.

    `open_referrals` are other open ones of the same person, `likely_same_person` those whose person has the same name
    and telephone, e-mail or year of birth: both as far as the reader sees them. `asked` is what who refers asks
    for; of who is `restricted` the name is not used.
    """

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
    duplicate_of: str | None = None
    asked: str | None = None
    restricted: bool = False
    open_referrals: tuple[str, ...] = ()
    likely_same_person: tuple[str, ...] = ()


class LeftReferral(Message):
    """A referral that went on in another city: that it left, and nothing more."""

    referral: str
    left_on: date


class DuePerson(Message):
    """Somebody whose name is kept too long, by one of his referrals, and the day of the last thing that happened."""

    referral: str
    last_on: date


Attention = dict[str, list[str]]


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
    query = f"select not exists (select from cases where (person = $1 or first_person = $1) and not ({seen}))"
    within = list(caller.cities) if caller.role is Role.FACILITATOR else caller.organisation
    return bool(await connection.fetchval(query, person_id, within))


async def referrals_of(connection: Connection, person_id: str) -> list[PersonReferral]:
    """The referrals of a person, the oldest first; none of who was never referred."""
    rows = await connection.fetch(
        "select referral, city, organisation from cases where person = $1 order by received_on, referral", person_id
    )
    return [PersonReferral(**row) for row in rows]


async def ids_of(connection: Connection, person_id: str) -> list[str]:
    """Every id under which something may be held of a person: his own first, then those of whom he turned out to be."""
    rows = await connection.fetch(
        "select distinct first_person from cases where person = $1 and first_person <> $1 order by first_person",
        person_id,
    )
    return [person_id, *(row["first_person"] for row in rows)]


async def has_duplicates(connection: Connection, referral_id: str) -> bool:
    """Whether another referral is linked to it as its duplicate."""
    query = "select exists (select from cases where duplicate_of = $1)"
    return bool(await connection.fetchval(query, referral_id))


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
        " union select first_person from cases where first_person = any($1) and last_on >= $2"
        " union select referrer from cases where referrer = any($1) and received_on >= $2",
        people,
        day,
    )
    return {row[0] for row in rows}


async def due_people(
    connection: Connection, people: Sequence[str], cities: Collection[str] | None, after: str | None, limit: int
) -> Page[DuePerson]:
    """Those of `people` with a referral in these cities, or in any, each once."""
    rows = await connection.fetch(
        "select referral, last_on from (select min(referral) as referral, max(last_on) as last_on from cases"
        " where (person = any($1) or first_person = any($1)) and ($2::text[] is null or city = any($2))"
        " group by person) d where $3::date is null or (last_on, referral) > ($3, $4::text)"
        " order by last_on, referral limit $5",
        list(people),
        None if cities is None else list(cities),
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([DuePerson(**row) for row in rows], limit, lambda each: (each.last_on, each.referral))


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


async def asked_by_referrers(
    connection: Connection, caller: Caller, today: date, after: str | None, limit: int
) -> Page[Case]:
    """Those of which who refers asks for a correction or a retraction, in the caller's cities."""
    return await _worklist(connection, caller, today, "asked is not null", "received_on", after, limit)


async def left_city(connection: Connection, caller: Caller, after: str | None, limit: int) -> Page[LeftReferral]:
    """Those that left one of the caller's cities for another."""
    rows = await connection.fetch(
        "select referral, max(left_on) as left_on from transfers where city = any($1) group by referral"
        " having $2::date is null or (max(left_on), referral) > ($2, $3::text) order by 2, 1 limit $4",
        list(caller.cities),
        *(key_of(after, date, str) or (None, None)),
        limit + 1,
    )
    return page_of([LeftReferral(**row) for row in rows], limit, lambda each: (each.left_on, each.referral))


async def case(connection: Connection, caller: Caller, today: date, referral_id: str) -> Case | None:
    """One referral in the caller's cities."""
    row = await connection.fetchrow(
        f"select {_CASE} from cases where city = any($2) and referral = $3", today, list(caller.cities), referral_id
    )
    return Case(**row) if row else None


async def attention(connection: Connection, caller: Caller, today: date, referral_id: str) -> Attention:
    """Which other referrals in the caller's sight are of the same person, or likely are; empty when none is."""
    found = await case(connection, caller, today, referral_id)
    told = {"open_referrals": found.open_referrals, "likely_same_person": found.likely_same_person} if found else {}
    return {name: list(others) for name, others in told.items() if others}


_OPEN = "('received', 'intake_planned', 'intake_held', 'accepted', 'on_hold', 'placed', 'started')"
_CASE = f"""
referral, person, organisation, city, sector, status, received_on, planned_for, review_on, duplicate_of, asked,
($1::date - received_on) as days_waited,
exists (select from restrictions where person = cases.person and lifted_at is null) as restricted,
array(select other.referral from cases other where other.person = cases.person and other.referral <> cases.referral
      and other.city = any($2) and other.status in {_OPEN} order by 1) as open_referrals,
array(select distinct other.referral from likenesses mine join likenesses alike using (digest)
      join cases other on alike.person in (other.person, other.first_person)
      where mine.person in (cases.person, cases.first_person) and other.person <> cases.person
      and other.city = any($2) and other.status not in ('duplicate', 'retracted') order by 1) as likely_same_person
"""


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
        f"select {_CASE} from cases where city = any($2) and {condition}"
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
