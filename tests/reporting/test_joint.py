"""Trainings and network events at which organisations of another city were present."""

from __future__ import annotations

from itertools import permutations

import pytest

from shared.messaging.cloudevents import PublicMessage
from tests.reporting.in_memory import InMemory
from tests.reporting.published import (
    network_event,
    network_event_revoked,
    registered,
    training_held,
    training_revoked,
)


def joint(*batches: list[PublicMessage]) -> set[tuple[str, str, str]]:
    """What is counted: indicator, city and the other one."""
    projected = InMemory()
    for batch in batches:
        projected.receive(batch)
    return {
        (key.indicator, key.city, key.reason)
        for key, n in projected.figures.items()
        if n and key.indicator.startswith("joint_")
    }


TRAINING = training_held(organisations=("o1", "o2"))  # in Brugge
HERE, THERE = registered("o1", city="Brugge"), registered("o2", city="Oostende")


@pytest.mark.parametrize("order", [*permutations((TRAINING, HERE, THERE))])
def test_a_training_is_joint_when_an_organisation_of_another_city_was_there(order: tuple[PublicMessage, ...]) -> None:
    assert joint(list(order)) == joint(*([each] for each in order)) == {("joint_trainings", "Brugge", "Oostende")}


def test_a_training_with_those_of_its_own_city_or_of_an_unknown_one_is_not_joint() -> None:
    assert joint([TRAINING, HERE]) == joint([TRAINING]) == set()


def test_a_training_with_several_other_cities_counts_once() -> None:
    assert joint([TRAINING, registered("o1", city="Gent"), THERE]) == {("joint_trainings", "Brugge", "several")}


def test_what_is_corrected_or_taken_back_is_counted_as_it_stands() -> None:
    assert joint([TRAINING, HERE, THERE], [training_revoked()]) == set()
    assert joint([TRAINING, HERE, THERE], [training_held(organisations=("o1",))]) == set()
    assert joint([TRAINING, HERE, THERE], [registered("o2", city="Brugge")]) == set()
    moved = training_held(organisations=("o1", "o2"), city="Oostende")
    assert joint([TRAINING, HERE, THERE], [moved]) == {("joint_trainings", "Oostende", "Brugge")}


def test_a_network_event_is_joint_by_the_same_rule() -> None:
    held = network_event(organisations=("o1", "o2"))  # in Oostende
    assert joint([held, HERE, THERE]) == {("joint_events", "Oostende", "Brugge")}
    assert joint([held, HERE, THERE], [network_event_revoked()]) == set()
