"""Since when somebody waits: the one rule of docs/waiting.md, whatever happens to him and in whatever order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.carousel.participations.commands import (
    AwaitPlace,
    CountElsewhere,
    GiveBackPlace,
    LeaveWaitingList,
    OfferPlace,
    PauseParticipation,
    PlaceParticipant,
    RefusePlace,
    ResumeParticipation,
    ReturnToParticipation,
    RevokeLeaving,
    StopParticipation,
    TransferParticipation,
)
from shared.contracts import referral as said
from shared.domain.clock import today
from tests.carousel.desk import Desk, monday
from tests.carousel.examples import ASKED, FIRST, TODAY
from tests.carousel.hearing import Topic
from tests.carousel.test_hearing import hear
from tests.carousel.test_properties import hold_next, opened

JOIN = {"city": "Oostende", "language": "nl", "availability": (), "returning": True}
WHY = {"category": "practical", "code": "work"}
CYCLE = {"cycle_id": "c-1", "from_on": FIRST}
COMMANDS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (PauseParticipation, {"review_on": TODAY + timedelta(days=9)}),
    (ResumeParticipation, {}),
    (LeaveWaitingList, {"cause": "on_hold"}),
    (LeaveWaitingList, {"cause": "withdrawn"}),
    (RevokeLeaving, {"causes": ("on_hold", "withdrawn", "retracted")}),
    (AwaitPlace, JOIN),
    (TransferParticipation, {"city": "Brugge"}),
    (TransferParticipation, {"city": "Oostende"}),
    (StopParticipation, WHY),
    (ReturnToParticipation, {}),
    (PlaceParticipant, CYCLE),
    (OfferPlace, CYCLE),
    (RefusePlace, {"category": "practical", "code": "hours"}),
    (GiveBackPlace, {"cycle_id": "c-1"}),
    (CountElsewhere, {"of_id": "r-2"}),
    (CountElsewhere, {"of_id": None}),
)
steps = st.one_of(st.sampled_from(COMMANDS), st.just(None))


@given(st.lists(st.tuples(steps, st.integers(0, 60)), max_size=25))
def test_he_waits_since_he_was_accepted_or_came_to_a_session_for_the_last_time(
    story: list[tuple[tuple[type[Any], dict[str, Any]] | None, int]],
) -> None:
    world = opened()
    for step, days in story:
        if step is None:
            hold_next(world, "c-1", ["present"])
        else:
            world.do(step[0](**ASKED, referral_id="r-1", on=FIRST + timedelta(days=days), **step[1]))
        state = world.person("r-1")
        came = [each.on for each in state.marks.values() if each.mark == "present"]
        if state.duplicate_of is None:
            assert state.waiting_since == max([FIRST, *came])


def test_the_referral_that_stays_has_the_earliest_day_of_its_duplicates() -> None:
    world = opened()
    earlier = AwaitPlace(**ASKED, referral_id="r-9", on=date(2026, 1, 2), **JOIN)
    assert world.do(earlier) is None
    assert world.do(CountElsewhere(**ASKED, referral_id="r-9", of_id="r-1", on=TODAY)) is None
    assert world.person("r-1").waiting_since == date(2026, 1, 2)
    assert world.do(CountElsewhere(**ASKED, referral_id="r-9", of_id=None, on=TODAY)) is None
    assert world.person("r-1").waiting_since == FIRST


async def test_days_waited_and_the_order_survive_hold_pause_and_withdrawal(desk: Desk) -> None:
    topic = Topic(at=datetime.now(UTC))
    for weeks, name in enumerate(("r-1", "r-2", "r-3", "r-4")):
        received = topic.add(said.ReferralReceived, name)
        await hear(desk, received, topic.add(said.ReferralAccepted, name, on=str(monday(-20 + weeks))))
    before = [(each["participation"]["referral"], each["days_waited"]) for each in await desk.rows("/waiting-list")]
    for kind, name in ((said.ReferralPutOnHold, "r-1"), (said.ReferralWithdrawn, "r-2")):
        await hear(desk, topic.add(kind, name, on=str(monday(-3))))
        await hear(desk, topic.add(said.ReferralResumed, name, on=str(today())))
    await desk.done("/participations/r-3/pause", {"review_on": str(monday(9)), "on": str(monday(-2))})
    await desk.done("/participations/r-3/resume", {"on": str(today())})
    for city in ("Brugge", "Oostende"):
        await hear(desk, topic.add(said.ReferralTransferred, "r-4", city=city, on=str(today())))
    after = [(each["participation"]["referral"], each["days_waited"]) for each in await desk.rows("/waiting-list")]
    assert after == before
    assert len(after) == len({name for name, _ in after}) == 4
