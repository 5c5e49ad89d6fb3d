"""Who goes elsewhere: one session made up in another group, or the road in another city."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.carousel.cycles.commands import CancelSession, CloseCycle, HoldSession
from services.carousel.participations.commands import (
    DropMakeUp,
    MakeUp,
    PauseParticipation,
    PlaceParticipant,
    StopParticipation,
    TransferParticipation,
)
from shared.contracts import referral as said
from shared.domain.clock import today
from tests.carousel.desk import CITY, Desk, monday
from tests.carousel.examples import ASKED, FIRST, SESSIONS, TODAY, plan
from tests.carousel.hearing import Topic
from tests.carousel.people import Told
from tests.carousel.test_hearing import hear
from tests.carousel.test_persons import grouped, place

THERE = "Brugge"


def beside(capacity: int = 2) -> Told:
    """One has a place in the first cycle, another in a cycle that runs a day later each week."""
    told = grouped()
    later = tuple(
        each.model_copy(update={"session_id": f"x-{nth}", "on": each.on + timedelta(days=1)})
        for nth, each in enumerate(SESSIONS, start=1)
    )
    assert told.world.do(plan(cycle_id="x", sessions=later, capacity=capacity)) is None
    assert [place(told, "r-1", "c-1"), place(told, "r-2", "x")] == [None, None]
    return told


def asked(told: Told, command: type[Any], referral: str, nth: int, cycle: str = "x") -> str | None:
    session = {"cycle_id": cycle, "session_id": f"{cycle}-{nth}"}
    return told.world.do(command(**ASKED, referral_id=referral, **session, on=FIRST))


def held(told: Told, cycle: str, nth: int, **marks: str) -> str | None:
    attendance = tuple((name.replace("_", "-"), mark) for name, mark in marks.items())
    on = told.world.cycle(cycle).sessions[f"{cycle}-{nth}"].session.on
    hold = {"cycle_id": cycle, "session_id": f"{cycle}-{nth}", "attendance": attendance, "on": on}
    return told.world.do(HoldSession(**ASKED, **hold))


def test_a_session_made_up_elsewhere_is_expected_and_marked_there_and_his_own_place_stays() -> None:
    told = beside()
    assert held(told, "c-1", 1, r_1="absent") is None
    assert asked(told, MakeUp, "r-1", 1) is None
    assert told.world.cycle("x").expected("x-1") == {"r-1", "r-2"}
    assert told.world.cycle("x").expected("x-2") == {"r-2"}
    assert held(told, "x", 1, r_1="present", r_2="present") is None
    state = told.world.person("r-1")
    assert (state.status, state.place and state.place.cycle_id, set(state.attended)) == ("placed", "c-1", {1})
    for nth in range(2, 7):
        assert held(told, "c-1", nth, r_1="present") is None
    assert told.world.person("r-1").status == "completed"


def test_a_session_is_made_up_within_the_rules_of_its_group() -> None:
    told = beside(capacity=1)
    assert asked(told, MakeUp, "r-1", 1) == "cycle-full"
    told = beside()
    assert asked(told, MakeUp, "r-3", 1) == "participation-not-open"
    assert asked(told, MakeUp, "r-1", 1, "c-1") == "already-placed"
    assert asked(told, MakeUp, "r-1", 7) == "session-unknown"
    assert held(told, "c-1", 1, r_1="present") is None
    assert asked(told, MakeUp, "r-1", 1) == "no-session-to-attend"
    told.apart("r-1", "r-2")
    assert asked(told, MakeUp, "r-1", 2) == "place-not-suitable"
    cancel = {"cycle_id": "x", "session_id": "x-3", "reason": "weather", "on": FIRST}
    assert told.world.do(CancelSession(**ASKED, **cancel)) is None
    assert asked(told, MakeUp, "r-1", 3) == "session-cancelled"


def test_nobody_whom_he_must_not_meet_gets_a_place_where_he_makes_up_a_session() -> None:
    told = beside(capacity=3)
    assert asked(told, MakeUp, "r-1", 2) is None
    told.apart("r-1", "r-3")
    assert place(told, "r-3", "x") == "place-not-suitable"
    assert asked(told, DropMakeUp, "r-1", 2) is None
    assert asked(told, DropMakeUp, "r-1", 2) is None
    assert place(told, "r-3", "x") is None


def test_a_session_that_was_held_can_be_made_up_afterwards() -> None:
    told = beside()
    assert held(told, "x", 1, r_2="present") is None
    assert asked(told, MakeUp, "r-1", 1) is None
    assert told.world.cycle("x").of_the_group("x-1") >= {"r-1"}


def test_who_leaves_makes_up_nothing_after_that_day() -> None:
    pause = PauseParticipation(**ASKED, referral_id="r-1", review_on=TODAY, on=FIRST)
    for leaves in (pause, TransferParticipation(**ASKED, referral_id="r-1", city=THERE, on=FIRST)):
        told = beside()
        assert asked(told, MakeUp, "r-1", 2) is None
        assert told.world.do(leaves) is None
        assert told.world.cycle("x").expected("x-2") == {"r-2"}
        assert told.world.person("r-1").make_ups == {}


def test_who_missed_what_he_would_make_up_is_not_silent_in_that_group() -> None:
    told = beside()
    assert asked(told, MakeUp, "r-1", 1) is None
    assert held(told, "x", 1, r_1="absent", r_2="present") is None
    for nth in range(2, 7):
        assert held(told, "x", nth, r_2="present") is None
    assert told.world.do(CloseCycle(**ASKED, cycle_id="x", on=TODAY)) is None
    assert told.world.person("r-1").tasks == {}


def test_a_transfer_keeps_the_road_and_gives_the_place_back_unless_it_is_there() -> None:
    told = beside()
    assert held(told, "c-1", 1, r_1="present") is None
    move = TransferParticipation(**ASKED, referral_id="r-1", city=THERE, on=SESSIONS[1].on)
    assert told.world.do(move) is None
    state = told.world.person("r-1")
    assert (state.standing, state.place, set(state.attended), state.group) == ("waiting", None, {1}, None)
    assert state.awaited is not None
    assert state.awaited.city == THERE
    assert told.world.cycle("c-1").expected("c-1-3") == frozenset()
    assert told.world.cycle("c-1").expected("c-1-2") == {"r-1"}
    assert told.world.do(move) is None
    stop = {"category": "personal", "code": "moved", "on": TODAY}
    assert told.world.do(StopParticipation(**ASKED, referral_id="r-1", **stop)) is None
    assert [each.cycle_id for each in told.world.person("r-1").tasks.values()] == ["c-1"]
    there = told.world.do(TransferParticipation(**ASKED, referral_id="r-2", city=THERE, on=FIRST))
    back = told.world.do(TransferParticipation(**ASKED, referral_id="r-2", city=CITY, on=FIRST))
    assert (there, back, told.world.person("r-2").standing) == (None, None, "waiting")
    again = PlaceParticipant(**ASKED, referral_id="r-2", cycle_id="c-1", from_on=FIRST, on=FIRST)
    assert told.world.do(again) is None
    assert told.world.person("r-2").group == "c-1"


async def test_a_transfer_is_seen_by_the_other_city_and_by_this_one_only_that_he_left(desk: Desk) -> None:
    there: dict[str, Any] = {"city": THERE, "organisation": "intro"}
    await desk.cycle(first_on=monday(-6))
    await desk.cycle("c-9", city=THERE)
    topic = Topic(at=datetime.now(UTC))
    for name in ("r-1", "r-2"):
        await hear(desk, topic.add(said.ReferralReceived, name), topic.add(said.ReferralAccepted, name))
    body = {"cycle_id": "c-1", "from_on": str(monday(-6)), "on": str(today())}
    await desk.done("/participations/r-1/place", body)
    await desk.held("c-1-1", r_1="present")
    waited = (await desk.read("/participations/r-1"))["waiting_since"]
    for name in ("r-1", "r-2"):
        await hear(desk, topic.add(said.ReferralTransferred, name, city=THERE, on=str(today())))
    for name in ("r-1", "r-2"):
        assert await desk.read(f"/participations/{name}") == {"referral": name, "left_on": str(today())}
        assert (await desk.ask("GET", f"/participations/{name}/timeline")).status_code == 404
        answer = await desk.ask(
            "POST", f"/participations/{name}/pause", {"review_on": str(monday(4)), "on": str(today())}
        )
        assert answer.status_code == 404
    assert await desk.rows("/waiting-list") == []
    seen = await desk.read("/participations/r-1", **there)
    assert (seen["status"], seen["attended"], seen["waiting_since"]) == ("waiting", [1], waited)
    proposed = await desk.rows("/cycles/c-9/proposals", **there)
    assert {each["participation"]["referral"] for each in proposed} == {"r-1", "r-2"}
    assert (await desk.ask("GET", "/participations/r-1", organisation="third")).json()["left_on"] == str(today())
    await hear(desk, topic.add(said.ReferralTransferred, "r-1", city=CITY, on=str(today())))
    assert (await desk.read("/participations/r-1"))["attended"] == [1]
    assert await desk.read("/participations/r-1", **there) == {"referral": "r-1", "left_on": str(today())}


async def test_a_transfer_before_he_is_accepted_is_where_he_waits(desk: Desk) -> None:
    topic = Topic()
    await hear(desk, topic.add(said.ReferralReceived, "r-1"), topic.add(said.ReferralTransferred, "r-1", city=THERE))
    await hear(desk, topic.add(said.ReferralAccepted, "r-1"))
    assert [each["participation"]["city"] for each in await desk.rows("/waiting-list", city=THERE)] == [THERE]


async def test_a_session_is_made_up_over_http(desk: Desk) -> None:
    await desk.cycle(first_on=monday(-2))
    await desk.cycle("c-2", first_on=monday(-1))
    await desk.placed("r-1")
    await desk.held("c-1-1", r_1="absent")
    body = {"cycle_id": "c-2", "session_id": "c-2-1", "on": str(today())}
    await desk.done("/participations/r-1/make-up", body)
    await desk.held("c-2-1", r_1="present")
    seen = await desk.read("/participations/r-1")
    assert (seen["cycle"], seen["attended"]) == ("c-1", [1])
