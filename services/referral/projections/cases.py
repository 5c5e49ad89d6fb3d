"""How each referral stands: one row a referral."""

from __future__ import annotations

from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.events import day_of
from shared.domain.aggregate import AnyChange
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

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
    last_on         date    not null            -- the day of the last thing that happened to it
);
create index if not exists cases_person on cases (person);
create index if not exists cases_referrer on cases (referrer);
create index if not exists cases_open on cases (status, city, received_on);
create index if not exists cases_organisation on cases (organisation, received_on);
"""


async def apply(connection: Connection, change: AnyChange) -> None:
    """Put the state of the referral in place of what is known of it."""
    found = change.of(REFERRAL)
    if found is None or found.state.received is None:
        return
    state, received = found.state, found.state.received
    await connection.execute(
        "insert into cases values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " on conflict (referral) do update set status = excluded.status, planned_for = excluded.planned_for,"
        " review_on = excluded.review_on, last_on = greatest(cases.last_on, excluded.last_on)",
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
        max(day_of(each.event) for each in found.recorded),
    )


PROJECTION = Projection("cases", 3, SCHEMA, apply)
