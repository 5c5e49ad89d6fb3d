"""What the carousel makes of every message of the referral service, in any order and again, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import asyncpg
import pytest

from services.carousel import known_referrals
from services.carousel.consumers import REFERRAL_CASES
from services.carousel.participations.events import LeftWaitingList
from shared.contracts import referral as said
from shared.domain.clock import today
from shared.eventstore.migrations import migrate
from shared.messaging.cloudevents import PublicMessage
from tests.carousel.desk import CITY, Desk, monday
from tests.carousel.hearing import DAY, Record, Topic

PERIOD = f"city={CITY}&since={monday(-600)}&until={monday(600)}"
LEAVES: list[tuple[type[PublicMessage], dict[str, str], str]] = [
    (said.ReferralPutOnHold, {}, "on_hold"),
    (said.ReferralDeclined, {"ground": "not_suitable"}, "not_suitable"),
    (said.ReferralDeclined, {"ground": "not_eligible", "reason": "language"}, "not_eligible"),
    (said.ReferralWithdrawn, {}, "withdrawn"),
    (said.ReferralRetracted, {}, "retracted"),
    (said.ReferralRetracted, {"of": "r-9"}, "retracted"),
]


async def hear(desk: Desk, *records: Record) -> None:
    async with desk.store.pool.acquire() as connection:
        await REFERRAL_CASES.inbox(desk.store).receive(connection, records)
    assert await desk.store.pool.fetch("select reason from dead_letters") == []


async def facts(desk: Desk, name: str) -> list[str]:
    async with desk.store.pool.acquire() as connection:
        return [type(fact.event).__name__ for fact in await desk.store.read(connection, f"participation-{name}")]


async def test_who_is_accepted_waits_where_and_when_he_can_come(desk: Desk) -> None:
    await hear(desk, *Topic().accepted("r-1"))
    person = await desk.read("/participations/r-1")
    told = {name: person[name] for name in ("status", "city", "language", "availability", "waiting_since")}
    assert told == {
        "status": "waiting", "city": CITY, "language": "nl", "availability": [["monday", "evening"]],
        "waiting_since": str(DAY),
    }  # fmt: skip


async def test_an_intake_held_or_a_referral_only_received_leaves_nobody_waiting(desk: Desk) -> None:
    topic = Topic()
    await hear(desk, topic.add(said.ReferralReceived, "r-1"), topic.add(said.IntakeHeld, "r-1"))
    await hear(desk, topic.add(said.ReferralResumed, "r-1"))
    assert await facts(desk, "r-1") == []


@pytest.mark.parametrize(("kind", "other", "cause"), LEAVES)
async def test_who_takes_another_road_waits_no_longer_and_who_resumes_waits_again(
    desk: Desk, kind: type[PublicMessage], other: dict[str, str], cause: str
) -> None:
    topic = Topic()
    await hear(desk, *topic.accepted("r-1"))
    await hear(desk, topic.add(kind, "r-1", **other))
    async with desk.store.pool.acquire() as connection:
        last = (await desk.store.read(connection, "participation-r-1"))[-1].event
    assert last == LeftWaitingList.model_validate({"referral_id": "r-1", "cause": cause, "on": DAY})
    assert await desk.rows("/waiting-list") == []
    await hear(desk, topic.add(said.ReferralResumed, "r-1"))
    assert [each["participation"]["referral"] for each in await desk.rows("/waiting-list")] == ["r-1"]


@pytest.mark.parametrize(
    "kinds", list(permutations([said.ReferralAccepted, said.ReferralPutOnHold, said.ReferralResumed]))
)
async def test_a_road_heard_again_from_its_beginning_ends_where_it_ended(
    desk: Desk, kinds: tuple[type[PublicMessage], ...]
) -> None:
    topic = Topic()
    await hear(desk, topic.add(said.ReferralReceived, "r-1"), *(topic.add(kind, "r-1") for kind in kinds))
    before = await desk.store.pool.fetchrow("select * from participations")
    await desk.store.pool.execute("delete from consumer_checkpoints")
    await hear(desk, *topic.said)
    assert await desk.store.pool.fetchrow("select * from participations") == before


async def stopped(desk: Desk, topic: Topic, *resumed: dict[str, str]) -> list[str]:
    """Somebody came once to a group and stopped; his referral is resumed. What happened after he stopped."""
    await desk.cycle(first_on=monday(-6))
    await hear(desk, *topic.accepted("r-1"))
    place = {"cycle_id": "c-1", "from_on": str(monday(-6)), "on": str(today())}
    await desk.done("/participations/r-1/place", place)
    await desk.held("c-1-1", r_1="present")
    await desk.done("/participations/r-1/stop", {"category": "practical", "code": "work", "on": str(today())})
    before = len(await facts(desk, "r-1"))
    for other in resumed:
        await hear(desk, topic.add(said.ReferralResumed, "r-1", **other))
    return (await facts(desk, "r-1"))[before:]


async def test_who_stopped_comes_back_when_his_referral_is_resumed(desk: Desk) -> None:
    topic = Topic(at=datetime.now(UTC))
    assert await stopped(desk, topic, {"on": str(today())}, {"on": str(today())}) == ["ParticipationReturned"]


async def test_a_resumption_from_before_he_started_does_not_bring_back_who_stopped_since(desk: Desk) -> None:
    assert await stopped(desk, Topic(at=datetime.now(UTC)), {"on": str(monday(-8))}) == []


async def barriers(desk: Desk) -> list[tuple[str, int]]:
    return [(each["code"], each["people"]) for each in await desk.rows(f"/barriers?{PERIOD}")]


@pytest.mark.parametrize("of", [None, "r-9"])
@pytest.mark.parametrize("withdrawn_first", [True, False])
async def test_a_referral_taken_back_met_no_barrier(desk: Desk, of: str | None, withdrawn_first: bool) -> None:
    await desk.cycle()
    topic = Topic()
    await hear(desk, *topic.accepted("r-1"), *topic.accepted("r-2"))
    for name in ("r-1", "r-2"):
        offer = {"cycle_id": "c-1", "from_on": str(today()), "on": str(today())}
        await desk.done(f"/participations/{name}/offer-place", offer)
        why = {"category": "practical", "code": "transport", "on": str(today())}
        await desk.done(f"/participations/{name}/refuse-place", why)
    if withdrawn_first:
        await hear(desk, topic.add(said.ReferralWithdrawn, "r-1"))
        assert await barriers(desk) == [("transport", 2), ("hours", 1)]
    await hear(desk, topic.add(said.ReferralRetracted, "r-1", of=of))
    assert await barriers(desk) == [("transport", 1)]
    slot = "weekday=monday&part_of_day=evening&category=practical&code=transport"
    assert (await desk.read(f"/barriers/what-if?{PERIOD}&{slot}"))["did_not_start"] == 1


async def test_who_withdrew_and_resumed_met_no_barrier(desk: Desk) -> None:
    topic = Topic()
    await hear(desk, *topic.accepted("r-1"), topic.add(said.ReferralWithdrawn, "r-1"))
    assert await barriers(desk) == [("hours", 1)]
    await hear(desk, topic.add(said.ReferralResumed, "r-1"))
    assert await barriers(desk) == []


async def test_what_was_kept_before_referrals_could_be_taken_back_is_kept(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await migrate(pool, [known_referrals.MIGRATIONS[:1]])
    await pool.execute("insert into referrals (referral, city, language, availability) values ('r-1', 'x', 'nl', '{}')")
    await migrate(pool, [known_referrals.MIGRATIONS])
    assert await pool.fetchval("select retracted from referrals") is False
