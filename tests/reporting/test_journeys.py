"""What one referral adds to the figures, from its receipt to its last session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import reduce

import pytest
from pydantic import TypeAdapter

from services.reporting.metrics.catalogue import catalogue
from services.reporting.projections.journeys import Journey, evolve, measure
from shared.contracts import carousel, referral
from shared.domain.messages import Refused
from shared.messaging.cloudevents import PublicMessage
from tests.reporting.in_memory import InMemory
from tests.reporting.published import (
    accepted,
    attendance_revoked,
    attended,
    attributed,
    completed,
    completion_revoked,
    declined,
    intake,
    on_hold,
    paused,
    placed,
    received,
    resumed,
    resumed_after_pause,
    retracted,
    returned,
    start_revoked,
    started,
    step_revoked,
    stop_revoked,
    stopped,
    transferred,
    withdrawn,
)

BEFORE = (
    received(),
    attributed(),
    transferred(),
    intake(),
    accepted(),
    declined(),
    on_hold(),
    resumed(),
    withdrawn(),
    step_revoked(),
)
IN_THE_GROUP = (
    placed(),
    attended(1),
    started(),
    attended(2),
    paused(),
    resumed_after_pause(),
    stopped(),
    stop_revoked(),
    returned(),
    attendance_revoked(),
    completed(),
    completion_revoked(),
    start_revoked(),
)
ELSEWHERE = {"new_referrers", *(each.code for each in catalogue() if each.chapter == "cooperation")}
PER_PERSON = ("started", "completed", "modules_attended", "days_to_first_session")
ALL = (*BEFORE, *IN_THE_GROUP, retracted())


def journey_of(*messages: PublicMessage) -> Journey:
    journey = reduce(evolve, messages, None)  # type: ignore[arg-type]
    assert journey is not None
    return journey


def changes(*messages: PublicMessage) -> InMemory:
    counted = InMemory()
    counted.receive(messages)
    counted.figures = Counter({key: n for key, n in counted.figures.items() if n and key.indicator not in ELSEWHERE})
    return counted


def counted(*messages: PublicMessage) -> dict[str, str]:
    return {key.indicator: key.reason for key in changes(*messages).figures}


def test_every_message_of_both_contracts_evolves_a_journey() -> None:
    assert {type(each) for each in ALL} == {*referral.CASES.messages, *carousel.CASES.messages}
    assert all(evolve(journey_of(received()), each) for each in ALL)


def test_an_event_of_a_referral_that_was_never_received_is_refused() -> None:
    with pytest.raises(Refused, match="referral-unknown"):
        evolve(None, intake())


def test_the_carousel_may_come_before_the_receipt() -> None:
    early = journey_of(started(), attended(1))
    assert not list(measure(early))
    assert evolve(early, received()) == journey_of(received(), started(), attended(1))


def test_an_unknown_ground_is_refused() -> None:
    with pytest.raises(Refused, match="ground-unknown"):
        journey_of(received(), declined(ground="other"))


def test_each_step_counts_in_its_own_month_and_the_cohort_in_that_of_the_receipt() -> None:
    keys = sorted(
        (key.day.month, key.indicator, key.reason) for key in changes(received(), intake(), accepted()).figures
    )
    assert keys == [
        (1, "cohort_accepted", ""),
        (1, "cohort_intake", ""),
        (1, "referrals_received", ""),
        (2, "accepted", ""),
        (2, "days_to_intake", "30"),
        (2, "intakes_held", ""),
    ]


def test_figures_say_which_city_they_mean() -> None:
    counted = changes(received(), intake(), placed(), started(), completed())
    cities = {key.indicator: key.city for key in counted.figures} | {key.indicator: key.city for key in counted.members}
    assert (cities["intakes_held"], cities["cohort_started"]) == ("Oostende", "Oostende")
    assert (cities["started"], cities["completed"], cities["days_to_first_session"]) == ("Gent", "Gent", "Gent")
    assert (cities["referring_persons"], cities["referring_organisations"]) == ("Brugge", "Brugge")


def test_the_negatives_stay_apart() -> None:
    assert counted(received(), declined()) == {
        "referrals_received": "",
        "not_eligible": "language",
        "cohort_not_eligible": "language",
    }
    assert counted(received(), declined(ground="not_suitable", reason="unreachable"))["not_suitable"] == "unreachable"
    assert counted(received(), withdrawn())["withdrawn"] == "practical/transport"
    assert counted(received(), started(), stopped())["stopped"] == "practical/work"
    assert "on_hold" in counted(received(), on_hold())


def test_a_journey_that_goes_on_takes_its_end_back() -> None:
    assert "withdrawn" not in counted(received(), withdrawn(), resumed())
    assert "not_eligible" not in counted(received(), declined(), accepted())
    assert "stopped" not in counted(received(), started(), stopped(), returned())


def test_who_started_has_waited_from_the_receipt_to_the_first_session() -> None:
    assert counted(received(), started())["days_to_first_session"] == "60"


@pytest.mark.parametrize(("on", "days"), [(date(2026, 1, 4), None), (date(2026, 1, 5), "0")])
def test_a_step_dated_before_the_receipt_counts_and_has_no_wait(on: date, days: str | None) -> None:
    for messages in ([received(), started(on=on)], [started(on=on), received()]):
        assert "started" in counted(*messages)
        assert counted(*messages).get("days_to_first_session") == days
    assert "intakes_held" in counted(received(), intake(on=on))
    assert counted(received(), intake(on=on)).get("days_to_intake") == days


def test_a_correction_takes_a_start_and_a_completion_back() -> None:
    whole = (received(), placed(), started(), completed())
    assert not {"completed", "cohort_completed"} & counted(*whole, completion_revoked()).keys()
    gone = {"started", "cohort_started", "days_to_first_session", "modules_attended"}
    assert not gone & counted(*whole, completion_revoked(), start_revoked()).keys()


def test_different_modules_attended_are_counted_once_each() -> None:
    messages = (received(), started(), attended(1), attended(2, mark="absent"), attended(3, mark="excused"))
    assert counted(*messages)["modules_attended"] == "1"
    assert counted(*messages, attended(2))["modules_attended"] == "2"
    assert counted(*messages, attended(2), attended(2, mark="absent"))["modules_attended"] == "1"
    assert counted(*messages, attended(1, session="another"))["modules_attended"] == "1"


@pytest.mark.parametrize("again", [intake, accepted, placed])
def test_only_the_first_time_counts(again: Callable[..., PublicMessage]) -> None:
    once = journey_of(received(), again())
    assert evolve(once, again(on=date(2026, 6, 1))).steps == once.steps  # type: ignore[arg-type]


def test_who_came_by_himself_has_no_referrer() -> None:
    assert not changes(received(referrer=None, organisation=None)).members


@pytest.mark.parametrize("later", ALL)
def test_a_retracted_referral_counts_nowhere_whatever_follows(later: PublicMessage) -> None:
    assert not list(measure(journey_of(*ALL, later)))


def test_a_journey_comes_back_from_storage_as_it_was() -> None:
    stored = TypeAdapter(Journey)
    assert stored.validate_json(stored.dump_json(journey_of(*ALL))) == journey_of(*ALL)


def test_a_person_starts_and_completes_once_over_his_referrals() -> None:
    first = (received("r1", person="h1"), started("r1"), attended(1, "r1"), stopped("r1"))
    second = (received("r2", date(2026, 4, 1), person="h1"), started("r2", date(2026, 5, 1)), attended(2, "r2"))
    both = changes(*first, *second, completed("r2"))
    assert {key.indicator: n for key, n in both.figures.items() if key.indicator in PER_PERSON} == dict.fromkeys(
        PER_PERSON, 1
    )
    assert {key.reason for key in both.figures if key.indicator == "modules_attended"} == {"2"}
    assert sum(n for key, n in both.figures.items() if key.indicator == "cohort_started") == 2
    apart = changes(*first, *second, attributed("r2", "h2"))
    assert sum(n for key, n in apart.figures.items() if key.indicator == "started") == 2


def test_a_step_that_is_taken_back_leaves_those_before_it() -> None:
    for step, message in (
        ("intake", intake()), ("acceptance", accepted()), ("decline", declined()), ("hold", on_hold()),
        ("withdrawal", withdrawn()), ("retraction", retracted()),
    ):  # fmt: skip
        for before in ([received()], [received(), intake()], [received(), withdrawn()], [received(), declined()]):
            assert counted(*before, message, step_revoked(step=step)) == counted(*before), step
    assert "withdrawn" in counted(received(), withdrawn(), accepted(), step_revoked(step="acceptance"))


def test_from_a_transfer_on_steps_count_in_the_other_city_and_the_cohort_stays() -> None:
    moved = changes(received(), intake(), transferred(on=date(2026, 2, 5)), accepted())
    assert {(key.indicator, key.city) for key in moved.figures} == {
        ("referrals_received", "Oostende"), ("intakes_held", "Oostende"), ("days_to_intake", "Oostende"),
        ("cohort_intake", "Oostende"), ("accepted", "Brugge"), ("cohort_accepted", "Oostende"),
    }  # fmt: skip


def between(*messages: PublicMessage) -> set[tuple[str, str, str]]:
    """What is counted between the cities: indicator, city and reason."""
    projected = InMemory()
    projected.receive(messages)
    return {
        (key.indicator, key.city, key.reason)
        for key, n in projected.figures.items()
        if n and key.indicator in ELSEWHERE - {"new_referrers"}
    }


def test_a_referral_to_the_group_of_another_city_counts_where_it_comes_from_and_where_it_goes() -> None:
    assert between(received(home="Oostende")) == {
        ("referrals_from_other_city", "Oostende", "Brugge"),
        ("referrals_to_other_city", "Brugge", "Oostende"),
    }
    assert between(received(city="Brugge", home="Brugge")) == set()
    assert between(received(referrer=None, organisation=None, home="Oostende")) == set()


def test_every_transfer_counts_both_ways_and_one_that_leads_nowhere_does_not() -> None:
    there, back = transferred(on=date(2026, 2, 5)), transferred(city="Oostende", on=date(2026, 3, 5))
    home = between(received(home="Oostende"))
    assert between(received(home="Oostende"), there) - home == {
        ("transfers_in", "Brugge", "Oostende"),
        ("transfers_out", "Oostende", "Brugge"),
    }
    assert between(received(home="Oostende"), there, back) - home == {
        ("transfers_in", "Brugge", "Oostende"), ("transfers_out", "Oostende", "Brugge"),
        ("transfers_in", "Oostende", "Brugge"), ("transfers_out", "Brugge", "Oostende"),
    }  # fmt: skip
    assert between(received(home="Oostende"), back) == home


def test_who_leaves_because_of_transport_lives_in_the_city_of_the_group_or_elsewhere() -> None:
    at_home, away = received(city="Brugge", home="Brugge"), received(city="Brugge", home="Bredene")
    assert between(at_home, withdrawn()) == {("left_for_transport", "Brugge", "own_city")}
    assert ("left_for_transport", "Brugge", "other_city") in between(away, started(), stopped(code="transport"))
    assert not {each for each in between(away, started(), stopped()) if each[0] == "left_for_transport"}
    moved = between(at_home, transferred(city="Oostende"), withdrawn())
    assert ("left_for_transport", "Oostende", "other_city") in moved


def test_who_starts_in_another_municipality_than_his_own_is_counted_there_and_in_his_cohort() -> None:
    found = between(received(city="Brugge", home="Brugge"), started())
    assert found == {("started_in_other_city", "Gent", "")}
    away = between(received(city="Brugge", home="Gent"), started())
    assert away == {("referrals_living_elsewhere", "Brugge", ""), ("cohort_started_living_elsewhere", "Brugge", "")}


def test_the_wait_from_intake_to_first_session_is_counted_of_who_had_an_intake() -> None:
    assert counted(received(), intake(on=date(2026, 3, 1)), started())["days_from_intake"] == "5"
    assert "days_from_intake" not in counted(received(), started())
    assert "days_from_intake" not in counted(received(), intake(on=date(2026, 3, 7)), started())
