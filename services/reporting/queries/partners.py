"""The partners of the programme in a period, each under the name it had then."""

from __future__ import annotations

from datetime import date

from services.reporting.projections.organisations import ORGANISATIONS, Organisation
from services.reporting.queries.period import Period
from shared.domain.messages import Message
from shared.eventstore.event_store import Connection


class Partner(Message):
    """A partner: its name at the beginning, `now` the one it has today when that is another, and its last role.

    `city` and `sector` are those of the register, empty while it is not in it.
    """

    partner: str
    name: str
    now: str | None
    role: str
    city: str
    sector: str
    since: date
    until: date | None


def order_of(partner: Partner) -> tuple[str, str]:
    """What partners are listed by: name, then id."""
    return partner.name.casefold(), partner.partner


async def find_partners(connection: Connection, period: Period, today: date) -> list[Partner]:
    """Who was a partner on a day of the period, by name.

    The name is the one it had on the first day of the period, or on the day the partner joined when that was later.
    An organisation that is not in the register yet has its id for a name.
    """
    stored = await connection.fetchval(
        f"select json_object_agg(id, data)::text from {ORGANISATIONS.table} where data->'memberships' <> '{{}}'"
    )
    organisations = ORGANISATIONS.from_json(stored or "{}")
    found = (_partner(each, organisation, period, today) for each, organisation in organisations.items())
    return sorted((each for each in found if each), key=order_of)


def _partner(partner_id: str, organisation: Organisation, period: Period, today: date) -> Partner | None:
    memberships = organisation.memberships_in(*period)
    if not memberships:
        return None
    joined, last = memberships[0][0], memberships[-1][1]
    name = organisation.name_on(max(period.since, joined)) or partner_id
    now = organisation.name_on(today) or partner_id
    return Partner(
        partner=partner_id,
        name=name,
        now=now if now != name else None,
        role=last.role,
        city=organisation.register.city if organisation.register else "",
        sector=organisation.register.sector if organisation.register else "",
        since=joined,
        until=last.until,
    )
