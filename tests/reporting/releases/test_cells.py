"""When a cell about people may be shown, and when one that was may change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.releases.cells import changeable, coalitions, showable

CONTRIBUTIONS = st.dictionaries(st.sampled_from(["", "a", "b", "c", "d"]), st.integers(0, 12), max_size=5)


def test_five_of_three_organisations_of_which_none_has_almost_all_are_shown() -> None:
    assert showable({"a": 3, "b": 3, "c": 3})
    assert not showable({"a": 2, "b": 1, "c": 1})
    assert not showable({"a": 5, "b": 5})
    assert not showable({"a": 20, "b": 2, "c": 2})
    assert not showable({})


def test_whoever_came_of_himself_is_a_contributor_of_his_own() -> None:
    assert showable({"": 6})
    assert not showable({"": 5})


def test_police_zones_that_know_each_others_referrals_are_one() -> None:
    zones = coalitions({"a": {"police"}, "b": {"police"}, "c": {"welfare"}})
    assert zones == [frozenset({"a", "b"})]
    assert showable({"a": 4, "b": 4, "c": 3})
    assert not showable({"a": 4, "b": 4, "c": 3}, zones)


@given(CONTRIBUTIONS)
def test_of_a_shown_cell_nobody_subtracts_his_own_and_finds_one_to_four(of: dict[str, int]) -> None:
    if showable(of):
        n = sum(of.values())
        assert n >= 5
        assert all(n - own == 0 or n - own >= 5 for name, own in of.items() if name)


@given(CONTRIBUTIONS, CONTRIBUTIONS)
def test_a_shown_cell_changes_by_nothing_or_by_what_could_be_shown(
    before: dict[str, int], more: dict[str, int]
) -> None:
    after = {each: before.get(each, 0) + more.get(each, 0) for each in {*before, *more}}
    assert changeable(before, before)
    assert changeable(before, after) == (not any(more.values()) or showable(more))
    if any(more.values()):
        assert not changeable(after, before)
