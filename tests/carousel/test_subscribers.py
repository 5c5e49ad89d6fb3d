"""Over real Kafka: who is accepted waits, what happens in the group reaches the referral; nobody lost, nobody twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.carousel.cycles.commands import CorrectAttendance
from services.carousel.participations.commands import PlaceParticipant, ReturnToParticipation, StopParticipation
from services.carousel.participations.events import JoinedWaitingList
from services.referral.queries.referrals import of_organisation
from services.referral.referrals import events as known
from shared.http.auth import Caller, Role
from tests.carousel import examples as carousel
from tests.carousel.road import Road, laid, until
from tests.referral import examples as referral

PEOPLE = 120
INTERRUPTIONS = 10


@pytest.fixture
async def road(bootstrap_servers: str) -> AsyncIterator[Road]:
    async with laid(bootstrap_servers) as road:
        yield road


async def accepted(road: Road, name: str, *, agreed: bool = True) -> None:
    """Received, seen and accepted before the first session."""
    stream, who = f"referral-{name}", {"referral_id": name}
    day: dict[str, Any] = who | {"on": carousel.FIRST}
    receive = referral.receive(**who, person_id=f"p-{name}", feedback_agreed=agreed)
    for command in (receive, referral.record_intake(**day), referral.accept(**day)):
        await road.referral.ask(stream, command)


def placed(name: str) -> Any:
    """Give him a place from the first session on."""
    return carousel.person(PlaceParticipant, referral_id=name, cycle_id=carousel.CYCLE, from_on=carousel.FIRST)


async def waiting(road: Road, name: str) -> None:
    await until(lambda: is_waiting(road, name))


async def is_waiting(road: Road, name: str) -> bool:
    facts = await road.carousel.events(f"participation-{name}")
    return facts.count("JoinedWaitingList") > facts.count("LeftWaitingList")


async def told(road: Road, name: str, *facts: str) -> None:
    """The referral has these facts at the end of its road, and nothing was left behind."""

    async def there() -> bool:
        return (await road.referral.events(f"referral-{name}"))[-len(facts) :] == list(facts)

    await until(there)
    assert await road.referral.dead_letters() == await road.carousel.dead_letters() == []


async def with_a_cycle(road: Road) -> None:
    await road.carousel.ask(f"cycle-{carousel.CYCLE}", carousel.plan(capacity=8))


async def test_what_happens_in_the_group_reaches_the_referrer_where_the_person_agreed(road: Road) -> None:
    await with_a_cycle(road)
    for name, agreed in (("r-1", True), ("r-2", False)):
        await accepted(road, name, agreed=agreed)
        await waiting(road, name)
        await road.carousel.ask(f"participation-{name}", placed(name))
    for nth in range(1, 7):
        marks = [("r-1", "present"), ("r-2", "present")]
        await road.carousel.ask(f"cycle-{carousel.CYCLE}", carousel.hold(nth, *marks))
    for name in ("r-1", "r-2"):
        await told(road, name, "ParticipantPlaced", "ParticipationStarted", "ParticipationCompleted")
    caller = Caller("x", Role.REFERRER, referral.ORGANISATION, frozenset())
    async with road.referral.pool.acquire() as connection:
        own = (await of_organisation(connection, caller, None, 10)).items
    assert {each.referral: each.status for each in own} == {"r-1": "completed", "r-2": None}


async def test_who_stops_comes_back_and_has_started_still(road: Road) -> None:
    await with_a_cycle(road)
    await accepted(road, "r-1")
    await waiting(road, "r-1")
    stream = "participation-r-1"
    await road.carousel.ask(stream, placed("r-1"))
    await road.carousel.ask(f"cycle-{carousel.CYCLE}", carousel.hold(1, ("r-1", "present")))
    stop = carousel.person(StopParticipation, referral_id="r-1", category="practical", code="work")
    await road.carousel.ask(stream, stop)
    await told(road, "r-1", "ParticipationStarted", "ParticipationStopped")
    await road.carousel.ask(stream, carousel.person(ReturnToParticipation, referral_id="r-1"))
    await told(road, "r-1", "ParticipationStopped", "ParticipationReturned")
    assert (await road.carousel.events(stream)).count("JoinedWaitingList") == 1


async def test_a_start_taken_back_leads_the_referral_to_the_step_before(road: Road) -> None:
    await with_a_cycle(road)
    await accepted(road, "r-1")
    await waiting(road, "r-1")
    await road.carousel.ask("participation-r-1", placed("r-1"))
    await road.carousel.ask(f"cycle-{carousel.CYCLE}", carousel.hold(1, ("r-1", "present")))
    session = {"cycle_id": carousel.CYCLE, "session_id": f"{carousel.CYCLE}-1"}
    wrong = CorrectAttendance(**carousel.ASKED, **session, referral_id="r-1", mark="absent", on=carousel.TODAY)
    await road.carousel.ask(f"cycle-{carousel.CYCLE}", wrong)
    await told(road, "r-1", "ParticipationStarted", "StartRevoked")
    status = await road.referral.pool.fetchval("select status from cases where referral = 'r-1'")
    assert status == "placed"


async def test_who_withdraws_waits_no_longer_and_who_comes_back_waits_again(road: Road) -> None:
    await accepted(road, "r-1")
    await waiting(road, "r-1")
    await road.referral.ask("referral-r-1", referral.withdraw(referral_id="r-1"))
    facts = ["JoinedWaitingList", "LeftWaitingList"]
    await until(lambda: stands(road, facts))
    why = await road.carousel.pool.fetchrow("select category, code from referrals where referral = 'r-1'")
    assert why is not None
    assert tuple(why) == ("practical", "hours")
    await road.referral.ask("referral-r-1", referral.resume(referral_id="r-1"))
    await until(lambda: stands(road, [*facts, "JoinedWaitingList"]))
    assert await road.carousel.pool.fetchval("select withdrawn_on from referrals") is None


async def stands(road: Road, facts: list[str]) -> bool:
    return await road.carousel.events("participation-r-1") == facts


async def test_nobody_is_lost_and_nobody_waits_twice_while_everything_restarts_and_is_told_again(road: Road) -> None:
    chance = random.Random(4)
    await with_a_cycle(road)
    accepting = asyncio.gather(*(accepted(road, f"r-{nth}") for nth in range(PEOPLE)))
    for _ in range(INTERRUPTIONS):
        service, part = chance.choice(road.everything())
        await asyncio.sleep(chance.random() * 0.3)
        await service.stop(part)
        service.start(part)
    await accepting
    await until(lambda: everyone_waits(road))
    await asyncio.gather(*(road.carousel.ask(f"participation-r-{nth}", placed(f"r-{nth}")) for nth in range(8)))
    await road.referral.relay().republish()
    await road.carousel.relay().republish()
    await road.settled()
    for nth in range(PEOPLE):
        assert (await road.carousel.events(f"participation-r-{nth}")).count("JoinedWaitingList") == 1
    assert await road.referral.counted(known.ParticipantPlaced) == 8
    assert await road.referral.dead_letters() == await road.carousel.dead_letters() == []


async def everyone_waits(road: Road) -> bool:
    return await road.carousel.counted(JoinedWaitingList) >= PEOPLE
