"""The audit's intervals are those that plain enumeration gives, and what mends a table is found and said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.releases.audit import OUTSIDER, Audit
from services.reporting.releases.facts import Contribution, Facts
from services.reporting.releases.model import Model, Snapshot
from services.reporting.releases.periods import relations
from services.reporting.releases.plan import PlannedTable, Tightening, plan
from services.reporting.releases.tables import open_table
from services.reporting.releases.values import HeldBack
from services.reporting.releases.words import mended_by, said, why
from shared.contracts.released import Period
from tests.chance import examples
from tests.reporting.releases.lives import Publisher, facts_of, people, project_until, year
from tests.reporting.releases.samples import TOLD

WHOLE = project_until(date(2025, 12, 31))
GROUPS = ("police", "welfare", "health", "self")
COUNTS = st.tuples(*(st.integers(0, 4) for _ in range(8)))
HIDDEN = st.sets(st.integers(0, 7), min_size=1)


def facts(counts: tuple[int, ...]) -> Facts:
    """Of one organisation a cell: two cities, four sectors."""
    cells = zip(product(("Brugge", "Oostende"), GROUPS), counts, strict=True)
    return Facts(
        period=WHOLE,
        cities=("Brugge", "Oostende"),
        contributions=tuple(
            Contribution(indicator="referrals_received", city=c, organisation=f"o-{s}", sector=s, category="", n=n)
            for (c, s), n in cells
            if n
        ),
    )


def snapshot(counts: tuple[int, ...], hidden: set[int]) -> Snapshot:
    """The table of two cities and four groups with some cells hidden, the group totals and the whole printed."""
    told, groups = facts(counts), plan().groups(())
    both = PlannedTable(code="both", indicator="referrals_received", axes=("city", "sector_group"), **{"from": 0})
    one = PlannedTable(code="one", indicator="referrals_received", axes=("sector_group",), **{"from": 0})
    two = open_table(both, told, groups)
    keys = list(two.cells)
    tables = (
        two.printed([keys[nth] for nth in hidden], WHOLE, 1),
        open_table(one, told, groups).printed([], WHOLE, 1),
    )
    return Snapshot(number=1, facts=told, tables=tables, sums={"referrals_received": sum(counts)})


def tables(counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every table with these totals by group."""
    groups = [counts[nth] + counts[nth + 4] for nth in range(4)]
    for upper in product(*(range(n + 1) for n in groups)):
        yield (*upper, *(n - above for n, above in zip(groups, upper, strict=True)))


@examples(25)
@given(COUNTS, HIDDEN)
def test_an_interval_is_that_of_enumeration(counts: tuple[int, ...], hidden: set[int]) -> None:
    shot = snapshot(counts, hidden)
    possible = [each for each in tables(counts) if all(nth in hidden or each[nth] == counts[nth] for nth in range(8))]
    audit = Audit([shot], ())
    keys = [cell.keys for cell in shot.tables[0].cells]
    for target in audit.model.targets:
        nth = keys.index(target.keys)
        interval = audit.find(target, OUTSIDER, 10**6).interval
        assert interval == (min(each[nth] for each in possible), max(each[nth] for each in possible))


def test_an_insider_knows_his_own_besides() -> None:
    counts = (3, 0, 1, 0, 4, 2, 0, 6)
    audit = Audit([snapshot(counts, {0, 4, 2, 6})], ())
    police = next(each for each in audit.model.targets if each.keys == ("Brugge", "police_justice"))
    assert audit.find(police, OUTSIDER, 10**6).interval == (0, 7)
    assert audit.find(police, "o-police", 10**6).interval == (0, 0)
    assert audit.find(police, "o-welfare", 10**6).interval == (0, 7)


def test_periods_that_hold_cover_and_follow_one_another() -> None:
    june = Period(kind="project", since=date(2024, 1, 1), until=date(2025, 6, 30))
    found = {
        (each.whole, each.parts): (each.holds, each.held) for each in relations([year(2024), year(2025), june, WHOLE])
    }
    assert found[3, (0, 1)] == (True, True)
    assert found[3, (2,)] == (True, False)
    assert found[2, (0,)] == (True, False)
    assert found[2, (0, 1)] == (False, True)
    assert found[3, (2, 1)] == (False, True)
    assert found[2, (3,)] == (False, True)
    assert (1, (2,)) not in found


def test_the_same_facts_give_the_same_tables() -> None:
    them = people(Random(8), 92)
    told = [Publisher.new().release(facts_of(them, WHOLE)) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0].audited.narrow == ()


@pytest.mark.parametrize("number", [23, 92, 160])
def test_a_release_holds_no_table_that_its_plan_does_not(number: int) -> None:
    protected = Publisher.new().release(facts_of(people(Random(number), number), WHOLE))
    planned = {each.code for each in plan().may_hold(number, Tightening())}
    assert {each.code for each in protected.tables} <= planned
    if number < 100:
        assert not any("city" in each.axes or len(each.axes) > 1 for each in protected.tables)


def test_a_plan_is_tightened_by_hand_and_never_loosened() -> None:
    them = facts_of(people(Random(1), 92), WHOLE)
    tightened = Tightening(left_out=("withdrawn_by_category",), merged=(("health", "other"),))
    protected = Publisher.new().release(them, tightened)
    assert "withdrawn_by_category" not in {each.code for each in protected.tables}
    keys = {cell.keys[0] for each in protected.tables if each.axes == ("sector_group",) for cell in each.cells}
    assert keys <= {"police_justice", "welfare", "health+other"}
    every = {each.code for each in plan().tables}
    assert {each.code for each in plan().may_hold(10, tightened)} < every


def test_a_refusal_names_the_cell_in_words_and_what_mends_it() -> None:
    other = TOLD.model_copy(update={"keys": ("welfare",), "indicator": "completed", "period": year(2025)})
    assert said(other).en == "Welfare and education x completed, 2025: an insider could compute 2 to 3"
    held = HeldBack(table="completed_by_sector_group", computed=other, mend=Tightening(merged=(("health", "other"),)))
    assert why(held).nl.startswith("Welzijn en onderwijs x volledig doorlopen, 2025: een ingewijde kan")
    assert mended_by(held.mend).fr == "Regroupez : Santé + Autres, ou la personne elle-même."
    assert mended_by(None).en == "Wait for more referrals."


def test_a_model_without_tables_asks_nothing() -> None:
    shot = snapshot((1,) * 8, set()).model_copy(update={"tables": ()})
    assert Model([shot], ()).targets == []
