"""How each referral stands: one row a referral, and one for each time that it left a city."""

from __future__ import annotations

from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.events import ReferralTransferred, day_of
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists cases (
    referral        text primary key,
    person          text    not null,
    first_person    text    not null,           -- the person it came in with
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
    duplicate_of    text,
    asked           text,                       -- what who refers asks for, until a facilitator decides
    last_on         date    not null            -- the day of the last thing that happened to it
);
create index if not exists cases_person on cases (person);
create index if not exists cases_first_person on cases (first_person);
create index if not exists cases_referrer on cases (referrer);
create index if not exists cases_open on cases (status, city, received_on);
create index if not exists cases_organisation on cases (organisation, received_on);
create index if not exists cases_duplicate_of on cases (duplicate_of);
create table if not exists transfers (
    referral        text    not null,
    city            text    not null,           -- that it left
    left_on         date    not null,
    primary key (referral, city, left_on)
);
create index if not exists transfers_city on transfers (city, left_on);
"""
_COLUMNS = (
    "referral", "person", "first_person", "referrer", "organisation", "city", "residence", "sector", "status",
    "received_on", "planned_for", "review_on", "feedback_agreed", "duplicate_of", "asked", "last_on",
)  # fmt: skip
_KEEP = (
    f"insert into cases ({', '.join(_COLUMNS)}) values ({', '.join(f'${nth}' for nth in range(1, len(_COLUMNS) + 1))})"
    f" on conflict (referral) do update set {', '.join(f'{each} = excluded.{each}' for each in _COLUMNS[1:-1])},"
    " last_on = greatest(cases.last_on, excluded.last_on)"
)


async def apply(connection: Connection, change: AnyChange) -> None:
    """Put the state of the referral in place of what is known of it."""
    found = change.of(REFERRAL)
    if found is None or found.state.received is None or found.state.first is None:
        return
    state, received = found.state, found.state.received
    await connection.execute(
        _KEEP,
        received.referral_id,
        state.person,
        received.person_id,
        received.referrer_id,
        received.organisation_id,
        state.city,
        received.city_of_residence,
        received.sector,
        state.status,
        received.received_on,
        state.planned_for,
        state.review_on,
        received.feedback_agreed,
        state.duplicate_of,
        type(state.asked).__name__ if state.asked else None,
        max(day_of(each.event) for each in found.recorded),
    )
    for each in found.recorded:
        if isinstance(each.event, ReferralTransferred):
            await connection.execute(
                "insert into transfers values ($1, $2, $3) on conflict do nothing",
                received.referral_id,
                each.event.left,
                each.event.on,
            )


PROJECTION = Projection("cases", 4, SCHEMA, apply)
