"""Who may ask what: the roles, and the question that everything about a case begins with."""

from __future__ import annotations

from services.referral.views import cases
from shared.callers import Caller, Role
from shared.event_store import Connection
from shared.web import NotVisible, allow

COORDINATES = allow(Role.COORDINATOR)
READS_REGISTER = allow(Role.COORDINATOR, Role.FACILITATOR, Role.TRAINER)
WORKS = allow(Role.FACILITATOR)
READS_OWN = allow(Role.REFERRER)
REFERS = allow(Role.FACILITATOR, Role.REFERRER)


async def must_see(connection: Connection, caller: Caller, referral_id: str) -> None:
    """Raises NotVisible unless he may act on the case."""
    if not await cases.visible(connection, caller, referral_id):
        raise NotVisible
