"""A synthetic history has exactly the figures of its file, and is one that no service would refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.figures import checked
from deploy.local.found import COVERED, Reported, comparisons
from deploy.local.history import History, expected_counts, history, period
from deploy.local.history.steps import Step
from shared.domain.messages import Refused
from tests.chance import examples
from tests.demo.files import FILE, file_with, files
from tests.demo.programme import Programme


def lived(file: dict[str, Any], seed: int = 0) -> tuple[Programme, History]:
    """The programme after that history."""
    programme, lived = Programme(), history(file, seed)
    programme.live(lived.steps)
    return programme, lived


def found(programme: Programme, file: dict[str, Any]) -> Reported:
    """What reporting tells of it."""
    project = {
        "title": {"fr": "Un projet (données synthétiques)"},
        "coordinating_municipality": file["project"]["coordinating_municipality"],
        "participating_municipalities": file["project"]["participating_municipalities"],
        "duration_years": file["project"]["duration_years"],
        "contacts": [],
    }
    return Reported(programme.figures(*period(file)), programme.partners(), project)


@given(files(), st.integers())
@examples(40)
def test_no_service_refuses_a_step_and_the_figures_are_those_of_the_file(file: dict[str, Any], seed: int) -> None:
    """The real rules decide every step in its order, and what they tell is counted the plain way."""
    programme, steps = lived(file, seed)
    first, last = period(file)
    assert all(first <= step.on <= last for step in steps.steps)
    figures = list(comparisons(checked(file), expected_counts(steps.steps), found(programme, file)))
    assert [each for each in figures if each.found != each.expected] == []


def test_the_project_itself_has_all_that_its_report_tells_of() -> None:
    """Latecomers, modules caught up in a later cycle, early stops, and people who for practical reasons never start."""
    programme, steps = lived(FILE)
    people = [state for stream, state in programme.states.items() if stream.startswith("participation-")]
    completed = [each for each in people if each.status == "completed"]
    assert len(completed) == 7
    assert any(each.first_session.module > 1 for each in completed)
    missed = [mark for each in completed for mark in each.marks.values() if mark.mark != "present"]
    assert missed
    assert any(len({mark.cycle_id for mark in each.attended.values()}) > 1 for each in completed)
    assert any(each.status == "stopped" for each in people)
    refusing = [each for each in people if each.refusals]
    assert {each.refusals[-1].event.category for each in refusing} == {"practical"}
    assert all(each.started_on is None for each in refusing)
    assert {step.role for step in steps.steps} == {"coordinator", "facilitator", "trainer"}


def test_every_figure_of_the_projects_own_file_is_covered() -> None:
    """None is left out of what is read back."""
    parts = {part: content for part, content in FILE.items() if isinstance(content, dict) and part != "project"}
    assert {(part, name) for part, content in parts.items() for name in content} - COVERED.keys() == {
        ("network_events", "cities")
    }
    programme, steps = lived(FILE)
    shown = {each.name for each in comparisons(checked(FILE), expected_counts(steps.steps), found(programme, FILE))}
    assert {"network_events.cities", "steering_group", "project.participating_municipalities"} <= shown


def test_the_same_seed_tells_the_same_history_and_another_seed_another() -> None:
    """So that asking twice changes nothing."""
    assert history(FILE, 1) == history(FILE, 1)
    assert history(FILE, 1) != history(FILE, 2)
    keys = [step.key for step in history(FILE, 1).steps]
    assert len(set(keys)) == len(keys)


def test_told_twice_nothing_changes() -> None:
    """Also where no key says that a request was asked before."""
    programme, steps = lived(file_with("trainings", basic=3, in_depth=1, participants=60))
    again = [step for step in steps.steps if "/registrations/" in step.path or "/evaluation/" in step.path]
    assert again
    assert [taken_again(programme, step) for step in again] == [0] * len(again)


def taken_again(programme: Programme, step: Step) -> int:
    """How many facts come of it; who registers for what was given is refused before anything is looked up."""
    try:
        return programme.take(step)
    except Refused as refused:
        if refused.code != "training-already-held":
            raise
        return 0


def test_every_name_says_that_it_is_synthetic() -> None:
    """Nobody takes the demo's people or organisations for real ones, but for the partners that the file names."""
    partners = {name for each in FILE["steering_group"] for name in each.split(", now ")}
    for step in history(FILE).steps:
        if isinstance(step.body, str):
            assert all(line.lower().startswith(("naam;", "synthetic")) for line in step.body.splitlines())
            continue
        names = [step.body.get("name"), step.body.get("person", {}).get("name"), *step.body.get("speakers", ())]
        names += [each["name"] for each in step.body.get("walk_ins", ())]
        assert all("synthetic" in name.lower() for name in names if name and name not in partners)


def test_a_history_starts_with_the_project_and_ends_with_it() -> None:
    """Two years are two whole calendar years."""
    assert period(FILE) == (date(2024, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (file_with(completed=24), "24 people cannot complete when 23 were referred"),
        (file_with(distinct_referrers=24), "24 people cannot have made 23 referrals"),
        (file_with(distinct_referrers=0), "23 referrals cannot come from 0 referrers"),
        (file_with(received=-1), "referrals.received: Input should be greater than or equal to 0"),
        (file_with(received=2.5), "referrals.received: Input should be a valid integer"),
        (file_with(received="23"), "referrals.received: Input should be a valid integer"),
        (file_with(received=True), "referrals.received: Input should be a valid integer"),
        (file_with(received=None), "referrals.received: Input should be a valid integer"),
        (file_with(received=10**9), "referrals.received: Input should be less than or equal to 100000"),
        (file_with(waiting=3), "referrals.waiting: Extra inputs are not permitted"),
        (file_with("carousel", sessions_per_cycle=25), "an offer has 24 modules at most"),
        (file_with("carousel", sessions_per_cycle=0), "24 sessions cannot be held of a carousel without any"),
        (file_with("carousel", cycles_held=25), "25 cycles cannot be held in 24 sessions"),
        (file_with("carousel", cycles_held=0, sessions_held=0), "when none was held"),
        (file_with("carousel", cycles_held=1, sessions_held=5), "7 people cannot complete: 5 sessions"),
        (file_with(received=200, completed=121), "121 people cannot complete: 24 sessions offer some module 4 times"),
        (file_with("carousel", cycles_held=1, sessions_held=9000), "9000 sessions do not fit in 2 years"),
        (file_with("trainings", participants=31), "32 trainings cannot be given to 31"),
        (file_with("trainings", basic=0, in_depth=0), "514 people cannot be trained in 0 trainings"),
        (file_with("network_events", participants=1), "2 network events cannot have 1 participants"),
        (file_with("network_events", held=0), "241 people cannot come to 0 network events"),
        (file_with("network_events", held=1), "1 network events cannot be held in 2 cities"),
        (file_with("network_events", cities=[]), "cannot be held nowhere"),
        (file_with("network_events", cities=[3]), "network_events.cities.0: Input should be a valid string"),
        ({**FILE, "steering_group": ["A B", "A B"]}, "steering_group names 'A B' twice"),
        ({**FILE, "steering_group": ["A B, now A B"]}, "'A B' is now the same"),
        ({**FILE, "steering_group": [""]}, "steering_group.0.name: String should have at least 2 characters"),
        ({**FILE, "steering_group": None}, "steering_group: Input should be a valid list"),
        (file_with("project", duration_years=0), "project.duration_years: Input should be greater than or equal to 1"),
        (file_with("project", duration_years=51), "project.duration_years: Input should be less than or equal to 50"),
        (
            file_with("project", coordinating_municipality=" "),
            "project.coordinating_municipality: String should have at least 2 characters",
        ),
        (
            file_with("project", participating_municipalities="Brugge"),
            "project.participating_municipalities: Input should be a valid list",
        ),
        (
            file_with("project", participating_municipalities=[7]),
            "project.participating_municipalities.0: Input should be a valid string",
        ),
        (file_with("project", contacts=["x"]), "project.contacts.0: Input should be a valid dictionary"),
        ({"project": FILE["project"]}, "referrals: Field required"),
        ({**FILE, "referrals": {"received": 1}}, "referrals.distinct_referrers: Field required"),
        ([], "The file: Input should be a valid dictionary"),
    ],
)
def test_a_file_no_history_can_satisfy_is_refused_with_a_sentence(file: Any, sentence: str) -> None:
    """Before anything is asked of a service."""
    with pytest.raises(ValueError, match=sentence):
        history(file)
