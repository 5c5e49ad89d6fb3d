"""Municipalities by NIS code: known by each of their names, and after a merger by the code that stands for them."""

from __future__ import annotations

from datetime import date

import pytest

from shared.i18n import municipalities
from shared.i18n.municipalities import is_municipality, nis_code
from shared.i18n.text import municipality

BEFORE, SINCE = date(2024, 12, 31), date(2025, 1, 1)


@pytest.mark.parametrize(
    ("name", "before", "since"),
    [
        ("Oostende", "35013", "35013"),
        ("Ostende", "35013", "35013"),
        ("Liège", "62063", "62063"),
        ("Borgloon", "73009", "73111"),
        ("Tongres", "73083", "73111"),
        ("Tielt", "37015", "37022"),
        ("Borsbeek", "11007", "11002"),
        ("Oostnde", None, None),
    ],
)
def test_a_name_leads_to_the_code_of_that_day(name: str, before: str | None, since: str | None) -> None:
    assert (nis_code(name, BEFORE), nis_code(name, SINCE)) == (before, since)
    assert is_municipality(name) == (since is not None)


def test_there_are_565_of_them_and_each_that_merged_leads_to_one_of_those() -> None:
    known = municipalities.by_code()
    today = {each.nis for each in known.values() if each.until is None}
    assert len(today) == 565
    assert {each.into for each in known.values() if each.until} <= today
    assert all(nis_code(name, SINCE) in today for each in known.values() for name in each.names.values())


def test_a_name_is_told_in_each_language_and_one_that_is_not_known_as_it_was_given() -> None:
    assert [municipality(language, "Oostende") for language in ("nl", "fr", "en")] == ["Oostende", "Ostende", "Ostend"]
    assert municipality("fr", "Oostnde") == "Oostnde"
