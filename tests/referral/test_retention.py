"""How long a name is kept: from the last thing that happened on a road, not from its first day."""

from __future__ import annotations

from datetime import date

import asyncpg
from cryptography.fernet import Fernet

from services.referral.app import SERVICE
from services.referral.consumers import CAROUSEL
from services.referral.personal_data import PersonalData
from shared.contracts import carousel
from shared.eventstore.event_store import EventStore
from shared.http.auth import Role
from shared.messaging import inbox
from shared.messaging.cloudevents import PublicMessage
from shared.privacy.encryption import FieldCipher
from shared.projections.inline import InlineProjections
from shared.service.wiring import create_tables
from tests.contracts.sending import sent
from tests.referral.examples import record_intake
from tests.referral.test_api import CITY, Desk, desk, referral

KEEP_DAYS = 5 * 365
LONG_AGO, LATER, TODAY = "2010-01-05", "2010-02-01", date(2026, 6, 1)
REFERRER = {"referrer_id": "ref-9", "organisation_id": "org-1", "name": "Zoë", "email": None}

__all__ = ["desk"]


async def due(pool: asyncpg.Pool[asyncpg.Record]) -> list[str]:
    async with pool.acquire() as connection:
        return await PersonalData(FieldCipher(Fernet.generate_key())).due(connection, KEEP_DAYS, TODAY)


async def withdrawn_long_ago(desk: Desk, name: str = "r-1", person: str = "p-1") -> None:
    told = {"received_on": LONG_AGO, "informed_on": LONG_AGO, "person_id": person}
    assert (await desk.ask("POST", "/referrals", referral(name, **told))).status_code == 201
    left = {"on": LATER, "category": "personal", "code": "moved"}
    assert (await desk.ask("POST", f"/referrals/{name}/withdraw", left)).status_code == 200


async def test_whose_road_ended_long_ago_is_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await withdrawn_long_ago(desk)
    assert await due(pool) == ["p-1"]


async def test_the_clock_counts_from_the_last_step(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await withdrawn_long_ago(desk)
    register, last = PersonalData(FieldCipher(Fernet.generate_key())), date.fromisoformat(LATER)
    async with pool.acquire() as connection:
        assert await register.due(connection, 30, last.replace(month=3, day=3)) == []
        assert await register.due(connection, 30, last.replace(month=3, day=4)) == ["p-1"]


async def test_who_comes_back_is_not_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await withdrawn_long_ago(desk)
    assert (await desk.ask("POST", "/referrals/r-1/resume", {"on": "2026-01-06"})).status_code == 200
    assert await due(pool) == []


async def test_who_is_referred_again_is_not_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await withdrawn_long_ago(desk)
    await desk.ask("POST", "/referrals", referral("r-2", person_id="p-1"))
    assert await due(pool) == []


async def test_who_came_back_to_the_group_is_not_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Nobody asks the referral service anything: it consumes what the carousel publishes."""
    told = {"received_on": LONG_AGO, "informed_on": LONG_AGO, "person_id": "p-1"}
    await desk.ask("POST", "/referrals", referral(**told))
    intake = record_intake(on=date.fromisoformat(LATER)).model_dump(mode="json", exclude={"at", "by", "referral_id"})
    assert (await desk.ask("POST", "/referrals/r-1/intake", intake)).is_success
    assert (await desk.ask("POST", "/referrals/r-1/accept", {"on": LATER})).is_success
    assert await due(pool) == ["p-1"]
    here = {"referral": "r-1", "cycle": "c", "city": CITY}
    stopped = carousel.ParticipationStopped(referral="r-1", on=date(2010, 3, 9), category="personal", code="moved")
    await receive(
        pool,
        carousel.ParticipantPlaced(**here, on=date(2010, 2, 2), first_session_on=date(2010, 3, 2)),
        carousel.ParticipationStarted(**here, on=date(2010, 3, 2)),
        stopped,
    )
    assert await due(pool) == ["p-1"]
    await receive(pool, carousel.ParticipationReturned(referral="r-1", on=date(2025, 12, 2)), first=4)
    assert await due(pool) == []


async def receive(pool: asyncpg.Pool[asyncpg.Record], *messages: PublicMessage, first: int = 1) -> None:
    await create_tables(pool, [inbox.SCHEMA])
    projections = InlineProjections(SERVICE.projections, SERVICE.aggregates)
    consumer = CAROUSEL.inbox(EventStore(pool, projections.types, projections.apply))
    async with pool.acquire() as connection, connection.transaction():
        records = [
            sent(carousel.CASES, type(each), each.model_dump_json().encode(), "k", nth)
            for nth, each in enumerate(messages, first)
        ]
        assert len((await consumer.receive(connection, records)).applied) == len(messages)


async def test_a_referrer_who_still_refers_is_not_due(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    organisation = {
        "organisation_id": "org-1", "name": "Politie", "sector": "police", "city": CITY, "since": LONG_AGO,
    }  # fmt: skip
    await desk.ask("POST", "/organisations", organisation, Role.COORDINATOR)
    assert (await desk.ask("POST", "/referrers", REFERRER, Role.COORDINATOR)).status_code == 201
    await pool.execute("update people set kept_from = '2010-01-05' where id = 'ref-9'")
    assert await due(pool) == ["ref-9"]
    await desk.ask("POST", "/referrals", referral(referrer_id="ref-9"))
    assert await due(pool) == []
