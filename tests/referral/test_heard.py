"""What the carousel takes back is heard, also of a referral that was linked to another or transferred meanwhile.

The days are of the year before that in which these messages are sent.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg
import pytest

from shared.contracts import carousel
from tests.referral.access import STEPS
from tests.referral.desk import CITY, OTHER_CITY, Desk, desk, referral
from tests.referral.test_retention import receive

__all__ = ["desk"]

HERE: dict[str, Any] = {"referral": "r-1", "cycle": "c-1", "city": CITY}
START, STOP = date(2025, 2, 3), date(2025, 2, 17)
RECEIVED = {"person_id": "p-1", "received_on": "2025-01-05", "informed_on": "2025-01-04"}
TOLD = (
    carousel.ParticipantPlaced(**HERE, on=date(2025, 1, 22), first_session_on=START),
    carousel.ParticipationStarted(**HERE, on=START),
    carousel.ParticipationStopped(referral="r-1", on=STOP, category="practical", code="work"),
    carousel.AttendanceRevoked(referral="r-1", on=START, session="s-1"),
    carousel.StopRevoked(referral="r-1", on=STOP),
)


async def accepted(desk: Desk, *names: str) -> None:
    for name in names:
        assert (await desk.ask("POST", "/referrals", referral(name, **RECEIVED))).status_code == 201
        for step in ("intake", "accept"):
            assert (await desk.ask("POST", f"/referrals/{name}/{step}", STEPS[step] | {"on": "2025-01-13"})).is_success


async def status(desk: Desk, city: str = CITY) -> str:
    return str((await desk.ask("GET", "/referrals/r-1", city=city)).json()["status"])


async def test_a_stop_that_is_taken_back_was_none(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await accepted(desk, "r-1")
    await receive(pool, *TOLD[:3])
    assert await status(desk) == "stopped"
    await receive(pool, *TOLD[3:], first=4)
    assert await status(desk) == "started"


@pytest.mark.parametrize("before", [0, 1, 2, 3])
async def test_what_is_heard_of_a_duplicate_holds_once_the_link_is_undone(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], before: int
) -> None:
    await accepted(desk, "r-1", "r-2")
    await receive(pool, *TOLD[:before])
    link = {"on": "2025-03-01", "of": "r-2"}
    assert (await desk.ask("POST", "/referrals/r-1/link-duplicate", link)).is_success
    await receive(pool, *TOLD[before:], first=before + 1)
    assert await status(desk) == "duplicate"
    undone = {"on": "2025-03-02", "step": "retraction"}
    assert (await desk.ask("POST", "/referrals/r-1/take-back", undone)).is_success
    assert await status(desk) == "started"


async def test_what_led_to_the_group_is_the_duplicate_of_an_accepted_referral_only(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await accepted(desk, "r-1")
    await desk.ask("POST", "/referrals", referral("r-2", **RECEIVED))
    await receive(pool, *TOLD[:2])
    refused = await desk.ask("POST", "/referrals/r-1/link-duplicate", {"on": "2025-03-01", "of": "r-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "referral-not-accepted")
    assert (await desk.ask("POST", "/referrals/r-2/link-duplicate", {"on": "2025-03-01", "of": "r-1"})).is_success


async def test_a_road_in_the_group_goes_on_in_the_other_city(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await accepted(desk, "r-1")
    await receive(pool, *TOLD[:2])
    moved = {"on": "2025-02-10", "city": OTHER_CITY}
    assert (await desk.ask("POST", "/referrals/r-1/transfer", moved)).is_success
    await receive(pool, *TOLD[2:], first=3)
    assert await status(desk, OTHER_CITY) == "started"
    look = await desk.ask("POST", "/referrals/r-1/person/look", {"why": "contact"}, city=OTHER_CITY)
    assert look.status_code == 200
