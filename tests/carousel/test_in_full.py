"""Who asks what is held of him is told: each mark, each place refused, why he stopped or left."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.contracts import referral as said
from shared.domain.clock import today
from tests.carousel.desk import Desk, monday
from tests.carousel.hearing import Topic
from tests.carousel.test_hearing import hear

TODAY = str(today())


async def test_every_mark_and_why_he_stopped_is_told(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-6))
    await desk.placed("r-1")
    for nth, mark in enumerate(("present", "absent", "excused"), start=1):
        await desk.held(f"c-1-{nth}", r_1=mark)
    await desk.done("/participations/r-1/stop", {"category": "practical", "code": "work", "on": TODAY})
    told = await desk.read("/participations/r-1")
    assert [(each["cycle"], each["session"], each["module"], each["mark"]) for each in told["sessions"]] == [
        ("c-1", "c-1-1", 1, "present"), ("c-1", "c-1-2", 2, "absent"), ("c-1", "c-1-3", 3, "excused"),
    ]  # fmt: skip
    assert told["stopped"] == {"on": TODAY, "category": "practical", "code": "work"}
    assert (told["refused"], told["left"]) == ([], None)


async def test_a_place_refused_and_why_he_left_before_the_start_is_told(desk: Desk) -> None:
    await desk.cycle()
    await desk.waits("r-1", monday(-3))
    await desk.done("/participations/r-1/offer-place", {"cycle_id": "c-1", "from_on": TODAY, "on": TODAY})
    why = {"category": "practical", "code": "hours", "on": TODAY}
    await desk.done("/participations/r-1/refuse-place", why)
    await desk.leaves("r-1", "on_hold")
    told = await desk.read("/participations/r-1")
    assert told["refused"] == [why | {"cycle": "c-1"}]
    assert (told["left"], told["sessions"]) == ({"on": TODAY, "cause": "on_hold"}, [])


async def test_what_was_attended_under_a_duplicate_is_told_with_the_referral_that_stays(desk: Desk) -> None:
    topic = Topic(at=datetime.now(UTC))
    await desk.cycle(first_on=monday(-6))
    for name in ("r-1", "r-2"):
        await hear(desk, topic.add(said.ReferralReceived, name), topic.add(said.ReferralAccepted, name))
    place = {"cycle_id": "c-1", "from_on": str(monday(-6)), "on": TODAY}
    await desk.done("/participations/r-2/place", place)
    await desk.held("c-1-1", r_2="present")
    await hear(desk, topic.add(said.ReferralRetracted, "r-2", of="r-1"))
    told = await desk.read("/participations/r-1")
    assert [(each["session"], each["under_duplicate"]) for each in told["sessions"]] == [("c-1-1", True)]
    assert [each["mark"] for each in (await desk.read("/participations/r-2"))["sessions"]] == ["present"]
