"""Where a referral stands after each history, as every list and page reads it: status, reason, review, place, end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.events import ReferralEvent
from services.referral.referrals.state import Referral, Status
from tests.referral import examples as x
from tests.spec import spec

RECEIVED: tuple[Any, ...] = (x.received(),)
INTAKE = (*RECEIVED, x.intake_planned(), x.intake_held())
ACCEPTED = (*INTAKE, x.accepted())
PLACED = (*ACCEPTED, x.placed())
STARTED = (*PLACED, x.started())
STOPPED = (*STARTED, x.stopped())
COMPLETED = (*STARTED, x.completed())
HELD = x.put_on_hold().review_on
STOP = (x.STOPPED["category"], x.STOPPED["code"])
WITHDRAWAL = (x.WITHDRAWN["category"], x.WITHDRAWN["code"])
PLACE, START, END = x.PLACED["on"], x.STARTED["on"], x.COMPLETED["on"]


@dataclass(frozen=True)
class Standing:
    status: Status
    reason: Any = None
    review_on: date | None = None
    placed_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    duplicate_of: str | None = None


def folded(history: tuple[Any, ...]) -> Referral:
    return REFERRAL.fold(history)


def standing(history: tuple[Any, ...]) -> Standing:
    state = folded(history)
    assert state.status is not None
    return Standing(
        state.status, state.reason, state.review_on, state.placed_on, state.started_on, state.completed_on,
        state.duplicate_of,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (RECEIVED, Standing("received")),
        ((*RECEIVED, x.intake_planned()), Standing("intake_planned")),
        (INTAKE, Standing("intake_held")),
        (ACCEPTED, Standing("accepted")),
        (PLACED, Standing("placed", placed_on=PLACE)),
        (STARTED, Standing("started", placed_on=PLACE, started_on=START)),
        (COMPLETED, Standing("completed", placed_on=PLACE, started_on=START, completed_on=END)),
        (STOPPED, Standing("stopped", STOP, started_on=START)),
        ((*INTAKE, x.declined_not_eligible()), Standing("not_eligible", "language")),
        ((*INTAKE, x.declined_not_suitable()), Standing("not_suitable", "no_request_for_help")),
        ((*PLACED, x.withdrawn()), Standing("withdrawn", WITHDRAWAL)),
        ((*PLACED, x.put_on_hold(), x.withdrawn()), Standing("withdrawn", WITHDRAWAL)),
        ((*RECEIVED, x.put_on_hold()), Standing("on_hold", review_on=HELD)),
        ((*RECEIVED, x.put_on_hold(), x.duplicate_linked()), Standing("duplicate", duplicate_of=x.OTHER)),
        ((*RECEIVED, x.put_on_hold(), x.retracted()), Standing("retracted")),
    ],
)
def test_it_stands_where_its_last_step_brought_it(history: tuple[Any, ...], expected: Standing) -> None:
    assert standing(history) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (RECEIVED, "received"),
        ((*RECEIVED, x.intake_planned()), "intake_planned"),
        (INTAKE, "intake_held"),
        (ACCEPTED, "accepted"),
        ((*INTAKE, x.declined_not_eligible()), "intake_held"),
    ],
)
def test_who_comes_back_stands_at_his_farthest_step_without_a_reason(before: tuple[Any, ...], expected: Status) -> None:
    for away in (x.put_on_hold(), x.withdrawn()):
        assert standing((*before, away, x.resumed())) == Standing(expected)


def test_a_hold_takes_the_place_and_a_place_told_late_is_kept_through_another_hold() -> None:
    """What the carousel tells may come after the hold that it crossed."""
    assert standing((*PLACED, x.put_on_hold(), x.resumed())).status == "accepted"
    crossed = (*ACCEPTED, x.put_on_hold(), x.placed())
    assert standing(crossed) == Standing("on_hold", review_on=HELD, placed_on=PLACE)
    again = x.put_on_hold(review_on=date(2026, 5, 1))
    assert standing((*crossed, again)) == Standing("on_hold", review_on=date(2026, 5, 1), placed_on=PLACE)
    assert standing((*crossed, x.resumed())).status == "placed"


def test_a_start_told_late_ends_a_hold_or_a_withdrawal_and_another_day_only_moves_it() -> None:
    for away in (x.put_on_hold(), x.withdrawn()):
        assert standing((*ACCEPTED, away, x.started())) == Standing("started", started_on=START)
    moved = x.started(on=date(2026, 2, 9))
    assert standing((*STOPPED, moved)) == Standing("stopped", STOP, started_on=date(2026, 2, 9))


def test_a_completion_told_late_outweighs_a_stop_and_its_end_gives_the_stop_back() -> None:
    done = (*STOPPED, x.completed())
    assert standing(done) == Standing("completed", started_on=START, completed_on=END)
    moved = (*done, x.completed(on=date(2026, 3, 16)))
    for history in (done, moved):
        assert standing((*history, x.completion_revoked())) == Standing("stopped", STOP, started_on=START)


@pytest.mark.parametrize("before", [STARTED, (*STARTED, x.put_on_hold())])
def test_a_completion_taken_back_leaves_him_in_the_group(before: tuple[Any, ...]) -> None:
    after = standing((*before, x.completed(), x.completion_revoked()))
    assert (after.status, after.reason, after.completed_on) == ("started", None, None)


def test_who_completes_again_is_told_by_what_came_before_the_second_time() -> None:
    again = (*COMPLETED, x.completion_revoked(), x.stopped(), x.completed(), x.completion_revoked())
    assert standing(again) == Standing("stopped", STOP, started_on=START)
    once = (*STOPPED, x.completed(), x.completion_revoked(), x.returned(), x.completed(), x.completion_revoked())
    assert standing(once) == Standing("started", started_on=START)


def test_a_return_to_the_group_clears_reason_and_review() -> None:
    assert standing((*STOPPED, x.returned())) == Standing("started", started_on=START)
    paused = (*STARTED, x.put_on_hold(), x.returned())
    assert standing(paused).review_on is None


def test_a_start_taken_back_leads_to_the_farthest_step_and_leaves_who_left_where_he_is() -> None:
    assert standing((*STARTED, x.start_revoked())) == Standing("placed", placed_on=PLACE)
    assert standing((*COMPLETED, x.start_revoked())) == Standing("placed", placed_on=PLACE)
    state = folded((*STOPPED, x.completed(), x.start_revoked()))
    assert (state.before_completion, state.completed_on, state.started_on) == (None, None, None)
    held = (*STARTED, x.put_on_hold(), x.start_revoked())
    assert standing(held) == Standing("on_hold", review_on=HELD)


@pytest.mark.parametrize("other", [{"on": date(2026, 1, 20)}, {"override": "team_decision"}])
def test_accepting_otherwise_than_before_is_refused(other: dict[str, Any]) -> None:
    referral = spec(REFERRAL)
    referral.given(*ACCEPTED).when(x.accept().model_copy(update=other)).refused("already-accepted")


def test_every_event_after_the_first_keeps_what_was_received() -> None:
    for event in x.every_event():
        if isinstance(event, ReferralEvent):
            assert folded((*STARTED, event)).received is not None
