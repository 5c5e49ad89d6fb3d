"""One person behind several referrals: whatever is told in whatever order, it counts as it would be counted plainly."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.carousel.participations.commands import FollowOffer, GiveBackPlace, OfferPlace, PlaceParticipant
from services.carousel.values import Mark
from tests.carousel.examples import ASKED, FIRST, NUMBERS, SESSIONS, plan
from tests.carousel.people import REFERRALS, Told
from tests.carousel.test_properties import dated

referrals = st.sampled_from(REFERRALS)
marks: st.SearchStrategy[Mark] = st.sampled_from(("present", "present", "present", "excused", "absent"))
steps = st.one_of(
    st.tuples(st.just(Told.attribute), referrals, st.sampled_from(("p-1", "p-2"))),
    st.tuples(st.just(Told.link), referrals, referrals),
    st.tuples(st.just(Told.unlink), referrals),
    st.tuples(st.just(Told.mark), referrals, st.sampled_from(NUMBERS), marks),
    st.tuples(st.just(Told.mark), referrals, st.sampled_from(NUMBERS), st.just("present")),
    st.tuples(st.just(Told.apart), referrals, referrals),
    st.tuples(st.just(Told.together), referrals, referrals),
)


@given(st.lists(steps, min_size=1, max_size=40))
def test_persons_links_and_marks_in_any_order_count_as_they_do_plainly(story: list[tuple[Any, ...]]) -> None:
    told = Told()
    for each in REFERRALS:
        told.await_place(each)
    for step, *given_with in story:
        step(told, *given_with)
        assert list(told.differs()) == []


def grouped(*same: str) -> Told:
    """Four who wait, and two cycles that begin eight weeks apart; those named are of one person."""
    told = Told()
    for each in REFERRALS:
        told.await_place(each)
    for nth in (1, 2):
        assert told.world.do(plan(cycle_id=f"c-{nth}", sessions=dated(nth))) is None
    for each in same:
        told.attribute(each, "p-1")
    return told


def place(told: Told, referral: str, cycle: str, command: type[Any] = PlaceParticipant) -> str | None:
    return told.world.do(command(**ASKED, referral_id=referral, cycle_id=cycle, from_on=FIRST, on=FIRST))


def test_a_person_has_one_seat_whichever_of_his_referrals_it_is_asked_for() -> None:
    for command in (PlaceParticipant, OfferPlace):
        told = grouped("r-1", "r-2")
        assert place(told, "r-1", "c-1", command) is None
        for other in (PlaceParticipant, OfferPlace):
            assert place(told, "r-2", "c-1", other) == "person-already-placed"
        assert place(told, "r-3", "c-1") is None


def test_a_seat_in_a_cycle_at_the_same_time_is_refused_and_one_afterwards_is_not() -> None:
    told = grouped("r-1", "r-2")
    beside = tuple(each.model_copy(update={"session_id": f"x-{n}"}) for n, each in enumerate(SESSIONS))
    assert told.world.do(plan(cycle_id="x", sessions=beside)) is None
    assert place(told, "r-1", "c-1") is None
    assert place(told, "r-2", "x") == "person-already-placed"
    assert place(told, "r-2", "c-2") is None


def test_a_seat_given_back_is_free_for_his_other_referral() -> None:
    told = grouped("r-1", "r-2")
    assert place(told, "r-1", "c-1") is None
    assert told.world.do(GiveBackPlace(**ASKED, referral_id="r-1", cycle_id="c-1", on=FIRST)) is None
    assert place(told, "r-2", "c-1") is None


def test_two_referrals_of_whom_nobody_knows_that_they_are_one_have_two_seats() -> None:
    told = grouped()
    assert [place(told, each, "c-1") for each in ("r-1", "r-2")] == [None, None]


def test_a_pair_said_on_an_earlier_road_holds_for_the_later_one_and_for_a_link_made_later() -> None:
    told = grouped()
    told.apart("r-1", "r-3")
    told.attribute("r-1", "p-1")
    told.attribute("r-2", "p-1")
    told.attribute("r-3", "p-2")
    told.attribute("r-4", "p-2")
    assert place(told, "r-4", "c-1") is None
    assert place(told, "r-2", "c-1") == "place-not-suitable"
    told.together("r-2", "r-4")
    assert place(told, "r-2", "c-1") is None
    assert not any(told.world.person(each).apart for each in REFERRALS)


def test_nobody_is_kept_apart_from_another_referral_of_his_own() -> None:
    told = grouped("r-1", "r-2")
    from_himself = told.world.person("r-1").kept_apart
    told.apart("r-1", "r-2")
    assert told.world.person("r-1").kept_apart == from_himself == frozenset()


def test_who_sits_with_him_already_under_another_referral_must_first_be_parted() -> None:
    told = grouped("r-1", "r-2")
    assert [place(told, each, "c-1") for each in ("r-2", "r-3")] == [None, None]
    told.apart("r-1", "r-3")
    assert told.pairs == set()


def test_modules_of_the_earlier_road_count_on_the_later_and_seats_are_taken_at_the_others_only() -> None:
    told = grouped("r-1", "r-2")
    for nth in (1, 2, 3):
        told.mark("r-1", nth, "present")
    assert place(told, "r-2", "c-1") is None
    assert set(told.world.cycle("c-1").seats["r-2"].sessions) == {"c-1-4", "c-1-5", "c-1-6"}
    for nth in (4, 5, 6):
        told.mark("r-2", nth, "present")
    later, earlier = told.world.person("r-2"), told.world.person("r-1")
    assert (later.status, earlier.status) == ("completed", "waiting")
    assert set(later.told) == {f"cycle-1-{nth}" for nth in (4, 5, 6)}
    told.mark("r-1", 2, "absent")
    assert told.world.person("r-2").status == "placed"


def test_a_duplicate_gives_its_seat_and_its_marks_and_has_them_back_when_it_is_none() -> None:
    told = grouped("r-1", "r-2")
    assert place(told, "r-2", "c-1") is None
    told.mark("r-2", 1, "present")
    told.mark("r-1", 1, "absent")
    told.link("r-2", "r-1")
    gone, heir = told.world.person("r-2"), told.world.person("r-1")
    assert (gone.standing, gone.place, gone.started_on, dict(gone.told)) == ("unlisted", None, None, {})
    assert (heir.started_on, dict(heir.told)) == (FIRST, {"cycle-1-1": "present"})
    assert not told.world.cycle("c-1").seats["r-2"].active
    told.mark("r-2", 2, "present")
    assert set(told.world.person("r-1").attended) == {1, 2}
    told.unlink("r-2")
    back, left = told.world.person("r-2"), told.world.person("r-1")
    assert (back.standing, back.waiting_since, set(back.told)) == (
        "waiting",
        SESSIONS[1].on,
        {"cycle-1-1", "cycle-1-2"},
    )
    assert (left.started_on, dict(left.told)) == (None, {"cycle-1-1": "absent"})


def test_what_was_attended_under_a_duplicate_counts_once_the_other_is_accepted() -> None:
    told = Told()
    told.await_place("r-2")
    told.mark("r-2", 1, "present")
    told.link("r-2", "r-1")
    assert (dict(told.world.person("r-1").told), told.world.person("r-1").started_on) == ({}, None)
    told.await_place("r-1")
    assert (set(told.world.person("r-1").told), told.world.person("r-1").started_on) == ({"cycle-1-1"}, FIRST)


def test_nobody_completes_a_road_on_which_he_never_came() -> None:
    told = grouped("r-1", "r-2")
    for nth in (1, 2, 3, 4, 5):
        told.mark("r-1", nth, "present")
    follow = {"offer_id": "o", "version": 2, "modules": NUMBERS[:5], "needs": (), "on": FIRST}
    assert told.world.do(FollowOffer(**ASKED, referral_id="r-2", **follow)) is None
    assert (told.world.person("r-2").status, set(told.world.person("r-2").attended)) == ("waiting", {1, 2, 3, 4, 5})
    assert told.world.do(FollowOffer(**ASKED, referral_id="r-1", **follow)) is None
    assert told.world.person("r-1").status == "completed"
    assert told.world.person("r-2").attended == {}
