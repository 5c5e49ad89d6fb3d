"""A synthetic history has exactly the figures of its file, and is one the referral service would accept."""

from __future__ import annotations

import copy
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.figures import checked
from deploy.local.history import Step, history, period
from services.referral import commands as ask
from services.referral.domain import referral as road
from services.referral.domain import register

FILE: dict[str, Any] = {
    "project": {
        "title_fr": "Un projet",
        "coordinating_municipality": "Oostende",
        "participating_municipalities": ["Brugge"],
        "duration_years": 2,
        "contacts": [{"service_fr": "Service Prévention", "email": "preventie@example.org"}],
    },
    "referrals": {"received": 23, "distinct_referrers": 12, "completed": 7},
}
STAMP: dict[str, Any] = {"at": datetime(2026, 11, 1, tzinfo=UTC), "by": "synthetic"}
ROAD: dict[str, Any] = {
    "plan-intake": ask.PlanIntake,
    "intake": ask.RecordIntake,
    "accept": ask.AcceptReferral,
    "decline-not-eligible": ask.DeclineNotEligible,
    "decline-not-suitable": ask.DeclineNotSuitable,
    "hold": ask.PutReferralOnHold,
    "withdraw": ask.WithdrawReferral,
}


def file_with(part: str = "referrals", **given_: object) -> dict[str, Any]:
    """A file that differs from a good one in these fields."""
    file = copy.deepcopy(FILE)
    file[part].update(given_)
    return file


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Any file that some history can satisfy."""
    received = draw(st.integers(0, 40))
    cities = draw(st.lists(st.sampled_from(["Brugge", "Gent", "Ieper", "Luik"]), max_size=3))
    file = file_with("project", participating_municipalities=cities, duration_years=draw(st.integers(1, 10)))
    file["referrals"] = {
        "received": received,
        "distinct_referrers": draw(st.integers(min(received, 1), received)),
        "completed": draw(st.integers(0, received)),
    }
    return file


def at(steps: list[Step], path: str) -> list[Step]:
    """The steps asked at exactly this path."""
    return [step for step in steps if step.path == path]


@given(files(), st.integers())
@settings(deadline=None)
def test_a_history_has_exactly_the_figures_of_its_file(file: dict[str, Any], seed: int) -> None:
    """Received, distinct referring persons, and enough accepted to complete."""
    steps = history(file, seed)
    referrals = at(steps, "/referrals")
    asked = file["referrals"]
    assert len({step.body["referral_id"] for step in referrals}) == len(referrals) == asked["received"]
    persons = {step.body["referrer_id"] for step in referrals} - {None}
    assert len(persons) == asked["distinct_referrers"]
    assert persons == {step.body["referrer_id"] for step in at(steps, "/referrers")}
    assert sum(step.path.endswith("/accept") for step in steps) >= asked["completed"]
    organisations = len(at(steps, "/organisations"))
    assert organisations < asked["distinct_referrers"] or organisations == asked["distinct_referrers"] <= 1


@given(files(), st.integers())
@settings(deadline=None)
def test_the_referral_service_would_accept_every_step(file: dict[str, Any], seed: int) -> None:
    """Each step decided in order by the real rules leads to a fact, and is of the period and the project's cities."""
    first, last = period(file)
    organisations: dict[str, Any] = defaultdict(lambda: register.initial)
    referrals: dict[str, Any] = defaultdict(lambda: road.initial)
    days = []
    for step in history(file, seed):
        days.append(step.on)
        one: Any = step.body
        told: Any
        if step.path in {"/organisations", "/referrers"}:
            fields = {name: one[name] for name in one if step.path == "/organisations" or name.endswith("_id")}
            kind = ask.RegisterOrganisation if step.path == "/organisations" else ask.RegisterReferrer
            told, stream, rules = kind(**STAMP, **fields), one["organisation_id"], (organisations, register)
        else:
            body = {name: value for name, value in one.items() if name != "person"}
            _, _, referral_id, what = (*step.path.split("/"), "", "")[:4]
            stream = referral_id or one["referral_id"]
            command = ROAD[what] if what else ask.ReceiveReferral
            told, rules = command(**STAMP, **{"referral_id": stream, **body}), (referrals, road)
        states, aggregate = rules
        facts = aggregate.decide(states[stream], told)
        assert facts
        for fact in facts:
            states[stream] = aggregate.evolve(states[stream], fact)
    assert days == sorted(days)
    assert all(first <= day <= last for day in days)
    assert {state.received.preferred_city for state in referrals.values()} <= set(checked(file).cities)


def test_the_same_seed_tells_the_same_history_and_another_seed_another() -> None:
    """So that asking twice changes nothing."""
    assert history(FILE, 1) == history(FILE, 1)
    assert history(FILE, 1) != history(FILE, 2)
    keys = [step.key for step in history(FILE, 1)]
    assert len(set(keys)) == len(keys)


def test_every_name_says_that_it_is_synthetic() -> None:
    """Nobody takes the demo's people or organisations for real ones."""
    for step in history(FILE):
        name = step.body.get("name") or step.body.get("person", {}).get("name") or "synthetic"
        assert "synthetic" in name.lower()


def test_a_history_starts_with_the_project_and_ends_with_it() -> None:
    """Two years are two whole calendar years."""
    assert period(FILE) == (date(2024, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (file_with(completed=24), "24 people cannot complete when 23 were referred"),
        (file_with(distinct_referrers=24), "24 people cannot have made 23 referrals"),
        (file_with(distinct_referrers=0), "23 referrals cannot come from 0 referrers"),
        (file_with(received=-1), "cannot be negative"),
        (file_with(received=2.5), "must be a whole number"),
        (file_with(received="23"), "must be a whole number"),
        (file_with(received=True), "must be a whole number"),
        (file_with(received=None), "must be a whole number"),
        (file_with("project", duration_years=0), "must be 1 to 50"),
        (file_with("project", duration_years=51), "must be 1 to 50"),
        (file_with("project", coordinating_municipality=" "), "must be a text"),
        (file_with("project", participating_municipalities="Brugge"), "must be a list"),
        (file_with("project", participating_municipalities=[7]), "7 is not the name of a municipality"),
        (file_with("project", contacts=["x"]), "needs a service_fr and an email"),
        ({"project": FILE["project"]}, "no part 'referrals'"),
        ({"project": FILE["project"], "referrals": {"received": 1}}, "referrals.distinct_referrers is missing"),
        ([], "no part 'project'"),
    ],
)
def test_a_file_no_history_can_satisfy_is_refused_with_a_sentence(file: Any, sentence: str) -> None:
    """Before anything is asked of a service."""
    with pytest.raises(ValueError, match=sentence):
        history(file)
