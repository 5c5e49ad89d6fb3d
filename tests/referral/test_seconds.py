"""Who changes a name alone, and who must be the second: said of every set of roads, and of the two askers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.persons import PersonReferral, Requester, changes_alone, may_confirm

CITIES = ("Oostende", "Brugge", "Gent")
HERE, THERE = PersonReferral("r-1", "Oostende", "org-1"), PersonReferral("r-2", "Brugge", "org-1")
OTHER, ALONE = PersonReferral("r-3", "Oostende", "org-2"), PersonReferral("r-4", "Oostende", None)
cities = st.frozensets(st.sampled_from(CITIES))
roads = st.lists(
    st.builds(PersonReferral, st.just("r"), st.sampled_from(CITIES), st.none() | st.sampled_from(["org-1", "org-2"])),
    max_size=4,
)


def asker(subject: str, *cities: str) -> Requester:
    return Requester(subject, frozenset(cities))


@pytest.mark.parametrize(
    ("those", "mine", "may"),
    [
        ([], [], True),
        ([HERE], ["Oostende"], True),
        ([HERE], ["Brugge"], False),
        ([HERE, THERE], ["Oostende"], False),
        ([HERE, THERE], ["Oostende", "Brugge"], True),
        ([HERE, OTHER], ["Oostende"], False),
        ([HERE, ALONE], ["Oostende"], True),
        ([ALONE], ["Oostende"], True),
    ],
)
def test_alone_decides_who_sees_every_road_of_one_organisation(
    those: Sequence[PersonReferral], mine: Sequence[str], *, may: bool
) -> None:
    assert changes_alone(those, mine) is may


@pytest.mark.parametrize(
    ("those", "first", "second", "may"),
    [
        ([HERE, THERE], asker("a", "Oostende"), asker("b", "Brugge"), True),
        ([HERE, THERE], asker("a", "Oostende"), asker("b", "Oostende"), False),
        ([HERE, THERE], asker("a", "Oostende"), asker("a", "Brugge"), False),
        ([HERE, THERE], asker("a"), asker("b", "Brugge"), False),
        ([HERE, THERE], asker("a"), asker("b", "Oostende", "Brugge"), True),
        ([HERE, OTHER], asker("a", "Oostende"), asker("b", "Oostende"), True),
        ([HERE, OTHER], asker("a", "Oostende"), asker("a", "Oostende"), False),
    ],
)
def test_the_second_is_another_person_and_of_another_city_where_there_is_one(
    those: Sequence[PersonReferral], first: Requester, second: Requester, *, may: bool
) -> None:
    assert may_confirm(those, first, second) is may


@given(roads, cities, cities)
def test_nobody_is_his_own_second_unless_he_needs_none(
    those: list[PersonReferral], mine: frozenset[str], now: frozenset[str]
) -> None:
    assert may_confirm(those, Requester("a", mine), Requester("a", now)) is changes_alone(those, now)


@given(roads, cities, st.permutations(range(4)))
def test_the_order_of_the_roads_says_nothing(
    those: list[PersonReferral], mine: frozenset[str], order: list[int]
) -> None:
    shuffled = [those[nth] for nth in order if nth < len(those)]
    assert changes_alone(those, mine) is changes_alone(shuffled, mine)
