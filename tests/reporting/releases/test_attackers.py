"""Whoever reads all releases, and subtracts his own referrals, computes no small number of others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest

from services.reporting.releases.canonical import canonical
from services.reporting.releases.cells import showable
from services.reporting.releases.facts import Facts
from services.reporting.releases.tables import open_table
from services.reporting.releases.values import Document
from tests.reporting.releases.attacker import Attacker, read
from tests.reporting.releases.lives import Person, Publisher, facts_of, people, project_until, year

PERIODS = (
    project_until(date(2024, 6, 30)),
    project_until(date(2024, 12, 31)),
    year(2024),
    project_until(date(2025, 6, 30)),
    year(2025),
    project_until(date(2025, 12, 31)),
)


def sides(them: list[Person]) -> Iterator[tuple[str, list[Person]]]:
    """An outsider, each organisation, and the police zones together."""
    yield "outsider", []
    for organisation in sorted({each.organisation for each in them if each.organisation}):
        yield organisation, [each for each in them if each.organisation == organisation]
    yield "police", [each for each in them if each.sector == "police"]


def released(seed: int, number: int) -> tuple[list[Person], list[Document]]:
    """The releases of some periods about invented people."""
    them = people(Random(seed), number)
    publisher = Publisher.new()
    for period in PERIODS:
        publisher.release(facts_of(them, period))
    return them, publisher.documents


def found_by_anybody(them: list[Person], documents: list[Document]) -> Iterator[tuple[str, object]]:
    """Which attacker computes what."""
    told = read(canonical(each) for each in documents)
    return ((name, each) for name, mine in sides(them) for each in Attacker(told, mine).narrow())


@pytest.mark.parametrize(("seed", "number"), [(1, 23), (2, 60), (3, 92), (4, 130)])
def test_no_interval_of_anybody_is_narrower_than_the_rule(seed: int, number: int) -> None:
    them, documents = released(seed, number)
    assert any(cell.n is not None for document in documents for table in document.tables for cell in table.cells)
    assert list(found_by_anybody(them, documents)) == []


@pytest.mark.parametrize(("seed", "number"), [(2, 60), (3, 92)])
def test_the_attackers_see_one_table_that_hides_its_small_cells_only(seed: int, number: int) -> None:
    them, documents = released(seed, number)
    assert next(found_by_anybody(them, [*documents[:-1], careless(them, documents[-1])]), None)


def careless(them: list[Person], document: Document) -> Document:
    """The release with every planned table of its last period, of which the small cells alone are hidden."""
    publisher = Publisher.new()
    facts: Facts = facts_of(them, document.period)
    groups = publisher.plan.groups(())
    opened = [open_table(each, facts, groups) for each in publisher.plan.tables]
    tables = tuple(
        each.printed([key for key, of in each.cells.items() if not showable(of)], facts.period, document.number)
        for each in opened
    )
    return document.model_copy(update={"tables": tables})
