"""The partners of the programme in a period, each under the name it bore then."""

from __future__ import annotations

from datetime import date

from pydantic import TypeAdapter

from services.reporting.period import Period
from services.reporting.rows.organisations import ORGANISATIONS, Organisation
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection

_ROW = TypeAdapter(Organisation)


class Partner(Message):
    """A partner: its name at the beginning, `now` the one it bears today when that is another, and its last role."""

    partner: str
    name: str
    now: str | None
    role: str
    since: date
    until: date | None


def order(partner: Partner) -> tuple[str, str]:
    """What partners are listed by: name, then id."""
    return partner.name.casefold(), partner.partner


async def find(connection: Connection, period: Period, today: date) -> list[Partner]:
    """Who was a partner on a day of the period, by name.

    The name is the one borne on the first day of the period, or on the day the partner joined when that was later.
    An organisation that is not in the register yet has its id for a name.
    """
    rows = await connection.fetch(
        f"select id, data::text as data from {ORGANISATIONS.table} where data->'memberships' <> '{{}}'"
    )
    found = (_partner(row["id"], _ROW.validate_json(row["data"], extra="ignore"), period, today) for row in rows)
    return sorted((each for each in found if each), key=order)


def _partner(identity: str, organisation: Organisation, period: Period, today: date) -> Partner | None:
    held = organisation.memberships_in(*period)
    if not held:
        return None
    begun, membership = held[0][0], held[-1][1]
    name = organisation.name_on(max(period.since, begun)) or identity
    now = organisation.name_on(today) or identity
    return Partner(
        partner=identity,
        name=name,
        now=now if now != name else None,
        role=membership.role,
        since=begun,
        until=membership.until,
    )
