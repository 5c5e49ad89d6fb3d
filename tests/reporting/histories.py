"""Any history of the programme, by topic and key, and any interleaving of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from shared.contracts import carousel, referral, training
from shared.messaging.cloudevents import PublicMessage
from tests.reporting.published import (
    accepted,
    attendance_revoked,
    attended,
    attributed,
    completed,
    completion_revoked,
    cycle,
    declined,
    evaluated,
    intake,
    joined,
    left,
    merged,
    network_event,
    network_event_revoked,
    on_hold,
    placed,
    received,
    registered,
    renamed,
    resumed,
    retracted,
    returned,
    session,
    session_revoked,
    split,
    start_revoked,
    started,
    steering,
    steering_revoked,
    step_revoked,
    stop_revoked,
    stopped,
    took_part,
    training_held,
    training_revoked,
    transferred,
    withdrawn,
)
from tests.reporting.recount import History

FIRST = date(2025, 9, 1)
DAYS = st.integers(0, 400).map(lambda nth: FIRST + timedelta(days=nth))
ORGANISATIONS = st.sampled_from(("o1", "o2", "o3"))
CITIES = st.sampled_from(("Oostende", "Brugge"))
NAMES = ("r1", "r2", "r3", "r4")
STEPS = ("intake", "acceptance", "decline", "hold", "withdrawal", "retraction")
TRAININGS = ("t1", "t2", "t3")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Messages by (topic, key): some referrals, some trainings, the rest of the programme."""
    history: dict[tuple[str, str], list[PublicMessage]] = {}
    for name in NAMES:
        history[referral.CASES.name, name] = draw(_referral(name))
        history[carousel.CASES.name, name] = draw(st.lists(_in_the_group(name), max_size=10))
    for name in TRAININGS:
        history[training.ACTIVITIES.name, name] = draw(_training(name))
        history[training.PARTICIPATIONS.name, name] = draw(st.lists(_participation(name), max_size=4))
    history[training.ACTIVITIES.name, "o1"] = [joined(), left()]
    history[training.ACTIVITIES.name, "n1"] = [
        network_event(),
        *([network_event_revoked()] if draw(st.booleans()) else []),
        *([_another_event(draw)] if draw(st.booleans()) else []),
    ]
    history[training.ACTIVITIES.name, "m1"] = [steering(), steering(partners=("o2",))]
    history[training.ACTIVITIES.name, "m2"] = [
        steering("m2"),
        *([steering_revoked("m2")] if draw(st.booleans()) else []),
    ]
    again = [registered(city="Brugge")] if draw(st.booleans()) else []
    history[referral.ORGANISATIONS.name, "o1"] = [registered(), renamed(), *again, merged()]
    history[referral.ORGANISATIONS.name, "o2"] = [registered("o2", city="Bredene"), split()]
    history[carousel.SESSIONS.name, "c1"] = [
        session(1),
        session(2),
        *([session_revoked(2)] if draw(st.booleans()) else []),
        *([session(2, city="Brugge")] if draw(st.booleans()) else []),
        cycle(),
    ]
    return history


def _another_event(draw: st.DrawFn) -> PublicMessage:
    there = draw(st.lists(ORGANISATIONS, unique=True).map(tuple))
    return network_event(police=draw(st.integers(0, 9)), city=draw(CITIES), organisations=there)


@st.composite
def _referral(draw: st.DrawFn, name: str) -> list[PublicMessage]:
    again = st.builds(
        received,
        st.just(name),
        DAYS,
        st.sampled_from(("p1", "p2", None)),
        st.one_of(ORGANISATIONS, st.none()),
        CITIES,
        st.sampled_from((None, "h1", "h2")),
        st.sampled_from(("Bredene", "Oostende", "Brugge")),
    )
    others = st.sampled_from(
        [
            intake(name),
            intake(name, date(2026, 5, 1)),
            accepted(name),
            declined(name),
            declined(name, "not_suitable", "unreachable"),
            on_hold(name),
            withdrawn(name),
            resumed(name),
            retracted(name),
            attributed(name),
            attributed(name, "h2"),
            transferred(name),
            transferred(name, "Gent", date(2026, 2, 28)),
            *(step_revoked(name, step) for step in STEPS),
        ]
    )
    return [draw(again), *draw(st.lists(st.one_of(others, others, again), max_size=6))]


def _in_the_group(name: str) -> st.SearchStrategy[PublicMessage]:
    return st.sampled_from(
        [
            placed(name),
            started(name),
            started(name, date(2026, 4, 1)),
            start_revoked(name),
            stopped(name),
            stopped(name, code="transport"),
            stop_revoked(name),
            returned(name),
            completed(name),
            completed(name, date(2026, 6, 1)),
            completion_revoked(name),
            *(attended(nth, name, mark) for nth in (1, 2) for mark in ("present", "absent")),
            attended(1, name, session="s9"),
            attendance_revoked(name),
        ]
    )


def _training(name: str) -> st.SearchStrategy[list[PublicMessage]]:
    held = st.builds(
        training_held,
        st.just(name),
        DAYS,
        st.sampled_from(("basic", "in_depth")),
        st.lists(ORGANISATIONS, unique=True).map(tuple),
        st.fixed_dictionaries({"police": st.integers(0, 20)}),
        pitched=st.booleans(),
        city=CITIES,
    )
    evaluation = st.builds(evaluated, st.just(name), st.integers(0, 9))
    return st.lists(st.one_of(held, held, evaluation, st.just(training_revoked(name))), max_size=4)


def _participation(name: str) -> st.SearchStrategy[PublicMessage]:
    return st.builds(
        took_part,
        st.sampled_from(("q1", "q2", "q3")),
        st.just(name),
        present=st.booleans(),
        organisation=st.one_of(ORGANISATIONS, st.none()),
        on=DAYS,
    )


@st.composite
def interleaved(draw: st.DrawFn, history: History) -> list[Sequence[PublicMessage]]:
    """All of it in batches: between keys in any order, within a key in its own."""
    order = [key for key, messages in history.items() for _ in messages]
    random.Random(draw(st.integers(0, 2**32))).shuffle(order)
    waiting = {key: iter(messages) for key, messages in history.items()}
    messages = [next(waiting[key]) for key in order]
    size = draw(st.integers(1, 12))
    return [messages[start : start + size] for start in range(0, len(messages), size)]
