"""Over real Kafka: each service may hear the other late, or everything again, and both end where the person is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from services.carousel.cycles.commands import CorrectAttendance
from services.carousel.participations.commands import ReturnToParticipation, StopParticipation
from tests.carousel import examples as carousel
from tests.carousel.road import Road, Service, laid, until
from tests.carousel.test_subscribers import accepted, placed, told, waiting, with_a_cycle
from tests.referral import examples as referral

EVERYONE = ("done", "undone", "stopped", "back", "never")
CYCLE = f"cycle-{carousel.CYCLE}"


@pytest.fixture
async def road(bootstrap_servers: str) -> AsyncIterator[Road]:
    async with laid(bootstrap_servers) as road:
        await with_a_cycle(road)
        yield road


async def in_the_group(road: Road, *names: str) -> None:
    """Accepted, waiting and placed."""
    for name in names:
        await accepted(road, name)
        await waiting(road, name)
        await road.carousel.ask(f"participation-{name}", placed(name))


async def stops(road: Road, name: str, on: date) -> None:
    command = carousel.person(StopParticipation, referral_id=name, category="practical", code="work", on=on)
    await road.carousel.ask(f"participation-{name}", command)


async def comes_back(road: Road, name: str, on: date) -> None:
    await road.carousel.ask(f"participation-{name}", carousel.person(ReturnToParticipation, referral_id=name, on=on))


async def is_corrected(road: Road, name: str, nth: int) -> None:
    session = {"cycle_id": carousel.CYCLE, "session_id": f"{carousel.CYCLE}-{nth}"}
    wrong = CorrectAttendance(**carousel.ASKED, **session, referral_id=name, mark="absent", on=carousel.TODAY)
    await road.carousel.ask(CYCLE, wrong)


async def is_held(road: Road, nth: int, *names: str) -> None:
    await road.carousel.ask(CYCLE, carousel.hold(nth, *((name, "present") for name in names)))


async def everything(service: Service) -> list[tuple[str, str]]:
    """Every fact of everyone, in order."""
    rows = await service.pool.fetch("select stream, type from events order by position")
    return [(row["stream"], row["type"]) for row in rows]


async def test_lives_of_every_kind_told_again_from_the_beginning_change_nothing(road: Road) -> None:
    await in_the_group(road, *EVERYONE)
    await is_held(road, 1, *EVERYONE)
    await is_corrected(road, "never", 1)
    for name in ("stopped", "back"):
        await stops(road, name, carousel.session_day(1))
    await comes_back(road, "back", carousel.session_day(2))
    for nth in range(2, 7):
        await is_held(road, nth, "done", "undone", "never")
    await is_corrected(road, "undone", 6)
    ends = {"done": "Completed", "undone": "CompletionRevoked", "stopped": "Stopped", "back": "Returned"}
    for name, end in ends.items():
        await told(road, name, end if end.endswith("Revoked") else f"Participation{end}")
    await told(road, "never", "StartRevoked", "ParticipationStarted")
    before = [await everything(service) for service in (road.referral, road.carousel)]
    for service in (road.referral, road.carousel):
        await service.relay().republish()
    await road.settled()
    assert [await everything(service) for service in (road.referral, road.carousel)] == before


async def test_who_stopped_came_back_and_stopped_again_is_not_brought_back_by_what_is_heard_late(road: Road) -> None:
    await in_the_group(road, "r-1")
    await is_held(road, 1, "r-1")
    await told(road, "r-1", "ParticipationStarted")
    await road.referral.stop("consumer")
    await stops(road, "r-1", carousel.session_day(1))
    await comes_back(road, "r-1", carousel.session_day(2))
    await stops(road, "r-1", carousel.session_day(3))
    road.referral.start("consumer")
    await told(road, "r-1", "ParticipationStopped", "ParticipationReturned", "ParticipationStopped")
    await road.settled()
    assert (await road.carousel.events("participation-r-1")).count("ParticipationReturned") == 1


async def test_a_withdrawal_heard_after_the_first_session_does_not_take_the_place_away(road: Road) -> None:
    await in_the_group(road, "r-1")
    await told(road, "r-1", "ParticipantPlaced")
    await road.carousel.stop("consumer")
    await road.referral.ask("referral-r-1", referral.withdraw(referral_id="r-1"))
    await is_held(road, 1, "r-1")
    await told(road, "r-1", "ReferralWithdrawn", "ParticipationStarted")
    road.carousel.start("consumer")
    await road.settled()
    assert (await road.carousel.events("participation-r-1"))[-1] == "ParticipationStarted"
    status = await road.referral.pool.fetchval("select status from cases where referral = 'r-1'")
    assert status == "started"


async def test_a_place_heard_after_the_referral_was_retracted_is_no_place_and_no_dead_letter(road: Road) -> None:
    await accepted(road, "r-1")
    await waiting(road, "r-1")
    await road.referral.stop("consumer")
    await road.carousel.ask("participation-r-1", placed("r-1"))
    await road.referral.ask("referral-r-1", referral.retract(referral_id="r-1"))
    await until(lambda: is_unlisted(road))
    road.referral.start("consumer")
    await road.settled()
    await told(road, "r-1", "ReferralRetracted")


async def is_unlisted(road: Road) -> bool:
    return (await road.carousel.events("participation-r-1"))[-1] == "LeftWaitingList"
