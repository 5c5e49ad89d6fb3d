"""Over HTTP and from messages: one person behind several referrals, and duplicates linked and taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any, TypeAlias

import pytest

from shared.contracts import referral as said
from shared.domain.clock import today
from tests.carousel.desk import Desk, monday
from tests.carousel.hearing import Topic
from tests.carousel.test_hearing import facts, hear

FROM = {"from_on": str(monday(-6)), "on": str(today())}
Step: TypeAlias = "Callable[[Desk, Topic], Awaitable[None]]"


async def place(desk: Desk, referral: str, cycle: str = "c-1") -> tuple[int, str | None]:
    answer = await desk.ask("POST", f"/participations/{referral}/place", FROM | {"cycle_id": cycle})
    return answer.status_code, answer.json().get("code")


async def waits(desk: Desk, topic: Topic, referral: str, **other: Any) -> None:
    await hear(desk, topic.add(said.ReferralReceived, referral, **other), topic.add(said.ReferralAccepted, referral))


async def test_who_must_not_meet_is_remembered_on_the_next_road(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-6))
    topic = Topic(at=datetime.now(UTC))
    await waits(desk, topic, "r-1", person="p-1")
    await waits(desk, topic, "r-2", person="p-2")
    await desk.done("/participations/r-1/keep-apart", {"other_id": "r-2", "on": str(today())})
    await hear(desk, topic.add(said.ReferralWithdrawn, "r-1"))
    await waits(desk, topic, "r-3", person="p-1")
    assert await place(desk, "r-2") == (200, None)
    assert await place(desk, "r-3") == (409, "place-not-suitable")
    later = await desk.read("/participations/r-3")
    assert (later["kept_apart"], later["same_person"]) == (["r-2"], ["r-1"])
    assert await desk.rows("/cycles/c-1/proposals") == []


async def test_the_second_referral_of_a_person_gets_no_second_seat_and_is_proposed_once(desk: Desk) -> None:
    await desk.cycle(first_on=monday(1))
    topic = Topic(at=datetime.now(UTC))
    for name in ("r-1", "r-2"):
        await waits(desk, topic, name, person="p-1")
    await waits(desk, topic, "r-3")
    await waits(desk, topic, "r-4")
    proposed = [each["participation"]["referral"] for each in await desk.rows("/cycles/c-1/proposals")]
    assert proposed == ["r-1", "r-3", "r-4"]
    assert await place(desk, "r-1") == (200, None)
    assert await place(desk, "r-2") == (409, "person-already-placed")
    proposed = [each["participation"]["referral"] for each in await desk.rows("/cycles/c-1/proposals")]
    assert proposed == ["r-3", "r-4"]
    assert [await place(desk, each) for each in ("r-3", "r-4")] == [(200, None)] * 2


@pytest.mark.parametrize("nth", range(6))
async def test_of_whom_a_referral_is_may_be_told_before_or_after_anything_else(desk: Desk, nth: int) -> None:
    """Whose the two are, that one attended, that the other waits: in any order, it ends the same."""
    await desk.cycle(first_on=monday(-6))
    topic = Topic(at=datetime.now(UTC))
    await waits(desk, topic, "r-1", person="p-1")
    await hear(desk, topic.add(said.ReferralReceived, "r-2", person="p-2"))
    steps: list[Step] = [_attributed, _attended, _accepted]
    for step in list(permutations(steps))[nth]:
        await step(desk, topic)
    later = await desk.read("/participations/r-2")
    assert (later["status"], later["attended"], later["started_on"]) == ("waiting", [1], None)
    assert later["same_person"] == ["r-1"]


async def _attributed(desk: Desk, topic: Topic) -> None:
    await hear(desk, topic.add(said.ReferralAttributed, "r-2", person="p-1"))


async def _attended(desk: Desk, _: Topic) -> None:
    assert await place(desk, "r-1") == (200, None)
    await desk.held("c-1-1", r_1="present")


async def _accepted(desk: Desk, topic: Topic) -> None:
    await hear(desk, topic.add(said.ReferralAccepted, "r-2"))


async def test_two_who_turn_out_not_to_be_one_are_two_again(desk: Desk) -> None:
    topic = Topic(at=datetime.now(UTC))
    for name in ("r-1", "r-2", "r-3"):
        await waits(desk, topic, name, person="p-1")
    await hear(desk, topic.add(said.ReferralAttributed, "r-3", person="p-3"))
    told = {name: (await desk.read(f"/participations/{name}"))["same_person"] for name in ("r-1", "r-2", "r-3")}
    assert told == {"r-1": ["r-2"], "r-2": ["r-1"], "r-3": []}
    await desk.store.pool.execute("delete from consumer_checkpoints")
    await hear(desk, *topic.said)
    assert {name: (await desk.read(f"/participations/{name}"))["same_person"] for name in told} == told


async def test_one_referral_of_a_person_leaves_no_fact_about_him(desk: Desk) -> None:
    await hear(desk, Topic().add(said.ReferralReceived, "r-1", person="p-1"))
    assert await facts(desk, "r-1") == []


async def attended_twice(desk: Desk, topic: Topic) -> None:
    """Two referrals of whom nobody knows that they are one sit in one group, and come by turns."""
    await desk.cycle(first_on=monday(-6))
    for name in ("r-1", "r-2"):
        await waits(desk, topic, name)
        assert await place(desk, name) == (200, None)
    await desk.held("c-1-1", r_1="present", r_2="absent")
    await desk.held("c-1-2", r_1="absent", r_2="present")


async def test_a_duplicate_linked_after_the_start_gives_its_seat_and_its_attendance_and_has_both_back(
    desk: Desk,
) -> None:
    topic = Topic(at=datetime.now(UTC))
    await attended_twice(desk, topic)
    await hear(desk, topic.add(said.ReferralRetracted, "r-2", of="r-1"))
    heir, gone = await desk.read("/participations/r-1"), await desk.read("/participations/r-2")
    assert (heir["attended"], heir["status"]) == ([1, 2], "placed")
    assert (gone["attended"], gone["status"], gone["started_on"], gone["cycle"]) == ([], "unlisted", None, None)
    sheet = await desk.read("/cycles/c-1/sessions/c-1-3")
    assert [each["referral"] for each in sheet["expected"]] == ["r-1"]
    correct = {"referral_id": "r-2", "mark": "absent", "on": str(today())}
    await desk.done("/cycles/c-1/sessions/c-1-2/correct", correct)
    assert (await desk.read("/participations/r-1"))["attended"] == [1]
    await desk.done("/cycles/c-1/sessions/c-1-2/correct", correct | {"mark": "present"})
    await hear(desk, topic.add(said.ReferralStepRevoked, "r-2", step="retraction"))
    heir, back = await desk.read("/participations/r-1"), await desk.read("/participations/r-2")
    assert (heir["attended"], back["attended"], back["status"]) == ([1], [2], "waiting")
    assert back["started_on"] == str(monday(-5))


async def test_a_duplicate_of_a_duplicate_counts_for_the_last_and_of_each_other_for_none(desk: Desk) -> None:
    topic = Topic(at=datetime.now(UTC))
    await attended_twice(desk, topic)
    await waits(desk, topic, "r-3")
    await hear(desk, topic.add(said.ReferralRetracted, "r-2", of="r-1"))
    await hear(desk, topic.add(said.ReferralRetracted, "r-1", of="r-3"))
    assert (await desk.read("/participations/r-3"))["attended"] == [1, 2]
    await hear(desk, topic.add(said.ReferralRetracted, "r-3", of="r-1"))
    assert (await desk.read("/participations/r-3"))["attended"] == []
    await hear(desk, topic.add(said.ReferralStepRevoked, "r-1", step="retraction"))
    assert (await desk.read("/participations/r-1"))["attended"] == [1, 2]
    await hear(desk, topic.add(said.ReferralStepRevoked, "r-2", step="retraction"))
    assert (await desk.read("/participations/r-1"))["attended"] == [1]


@pytest.mark.parametrize(
    ("left", "other", "step"),
    [
        (said.ReferralWithdrawn, {}, "withdrawal"),
        (said.ReferralPutOnHold, {}, "hold"),
        (said.ReferralDeclined, {"ground": "not_suitable"}, "decline"),
        (said.ReferralRetracted, {}, "retraction"),
    ],
)
async def test_who_left_by_a_step_that_is_taken_back_waits_again_since_the_same_day(
    desk: Desk, left: Any, other: dict[str, str], step: str
) -> None:
    topic = Topic(at=datetime.now(UTC))
    await waits(desk, topic, "r-1")
    before = await desk.read("/waiting-list")
    await hear(desk, topic.add(left, "r-1", on=str(today()), **other))
    for another in {"withdrawal", "hold", "decline", "retraction", "intake"} - {step}:
        await hear(desk, topic.add(said.ReferralStepRevoked, "r-1", step=another, on=str(today())))
    assert await desk.rows("/waiting-list") == []
    await hear(desk, topic.add(said.ReferralStepRevoked, "r-1", step=step, on=str(today())))
    assert await desk.read("/waiting-list") == before
    period = f"city=Oostende&since={monday(-600)}&until={monday(600)}"
    assert await desk.rows(f"/barriers?{period}") == []


async def test_who_was_accepted_in_error_waits_no_longer_and_waits_anew_once_he_is(desk: Desk) -> None:
    topic = Topic(at=datetime.now(UTC))
    await waits(desk, topic, "r-1")
    await hear(desk, topic.add(said.ReferralStepRevoked, "r-1", step="acceptance", on=str(today())))
    assert await desk.rows("/waiting-list") == []
    await hear(desk, topic.add(said.ReferralResumed, "r-1", on=str(today())))
    assert await desk.rows("/waiting-list") == []
    await hear(desk, topic.add(said.ReferralAccepted, "r-1", on=str(monday(-1))))
    [waiting] = await desk.rows("/waiting-list")
    assert waiting["participation"]["waiting_since"] == str(monday(-1))
