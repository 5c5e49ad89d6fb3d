"""What is still to come for a person who is forgotten: a road that waits ends, so that nobody waits for him."""

from __future__ import annotations

from services.referral.persons import ErasureReason
from services.referral.queries.referrals import referrals_of
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import WithdrawReferral
from services.referral.referrals.guards import BEFORE_START
from services.referral.refusals import Refusal
from shared.domain.aggregate import Issued
from shared.domain.clock import day_in_belgium, now
from shared.domain.messages import Refused
from shared.eventstore.command_handler import issue
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.loading import load
from shared.http.commands import meta_of
from shared.i18n.code_lists import ReasonCode

_WHY: dict[str, ReasonCode] = {"asked-by-person": "no_request_for_help"}


async def settle_roads(
    connection: Connection, store: EventStore, person_id: str, why: ErasureReason | str, by: str
) -> None:
    """Withdraw every road that may still lead to the group: the other services give seat and waiting place away.

    Raises Refused of who is in the group: that he stops is told by the carousel, which knows his seat.
    """
    for each in await referrals_of(connection, person_id):
        _, state = await load(connection, store, REFERRAL, each.referral)
        if state.status not in BEFORE_START | {"started"}:
            continue
        if state.started_on:
            raise Refused(Refusal.STILL_IN_GROUP)
        at = now()
        command = WithdrawReferral(
            at=at,
            by=by,
            referral_id=each.referral,
            on=day_in_belgium(at),
            category="motivation",
            code=_WHY.get(why, "unreachable"),
        )
        await issue(connection, store, Issued(REFERRAL, each.referral, command), meta_of(command))
