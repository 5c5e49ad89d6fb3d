"""The partners of the programme in a period, each under the name it bore then."""

from __future__ import annotations

from datetime import date

from pydantic import TypeAdapter

from services.reporting.rows.organisations import ORGANISATIONS, Organisation
from shared.event_store import Connection
from shared.messages import Message

_ROW = TypeAdapter(Organisation)


class Partner(Message):
    """A partner: its name at the beginning, `now` the one it bears today when that is another, and its last role."""

    partner: str
    name: str
    now: str | None
    role: str
    since: date
    until: date | None


async def find(connection: Connection, since: date, until: date, today: date) -> list[Partner]:
    """Who was a partner on a day of the period, by name.

    The name is the one borne on the first day of the period, or on the day the partner joined when that was later.
    An organisation that is not in the register yet has its id for a name.
    """
    rows = await connection.fetch(
        f"select id, data::text as data from {ORGANISATIONS.table} where data->'memberships' <> '{{}}'"
    )
    found = (_partner(row["id"], _ROW.validate_json(row["data"]), since, until, today) for row in rows)
    return sorted((each for each in found if each), key=lambda each: (each.name.casefold(), each.partner))


def _partner(identity: str, organisation: Organisation, since: date, until: date, today: date) -> Partner | None:
    held = organisation.memberships_in(since, until)
    if not held:
        return None
    begun, membership = held[0][0], held[-1][1]
    name = organisation.name_on(max(since, begun)) or identity
    now = organisation.name_on(today) or identity
    return Partner(
        partner=identity,
        name=name,
        now=now if now != name else None,
        role=membership.role,
        since=begun,
        until=membership.until,
    )
