"""What the rules of organisations and referrers answer to each command."""

from __future__ import annotations

from datetime import date

from services.referral.organisations.aggregate import ORGANISATION
from tests.referral import examples as x
from tests.spec import spec

organisation = spec(ORGANISATION)
known = organisation.given(x.organisation_registered())


def test_an_organisation_is_registered() -> None:
    organisation.when(x.register_organisation()).then(x.organisation_registered())
    organisation.when(x.register_organisation(since=date(2026, 4, 1))).refused("date-in-future")


def test_an_organisation_registered_twice_is_one() -> None:
    known.when(x.register_organisation()).then()
    known.when(x.register_organisation(city="Brugge")).refused("id-not-available")


def test_an_organisation_is_renamed_from_a_day_on() -> None:
    known.when(x.rename_organisation()).then(x.organisation_renamed())
    known.when(x.rename_organisation(since=date(2023, 1, 1))).refused("date-before-registered")
    known.when(x.rename_organisation(since=date(2026, 4, 1))).refused("date-in-future")
    organisation.when(x.rename_organisation()).refused("organisation-unknown")


def test_renaming_twice_changes_nothing() -> None:
    known.given(x.organisation_renamed()).when(x.rename_organisation()).then()


def test_an_organisation_keeps_its_dated_names() -> None:
    state = ORGANISATION.fold([x.organisation_registered(), x.organisation_renamed()])
    assert state.name_on(date(2023, 12, 31)) is None
    assert state.name_on(date(2024, 12, 31)) == "Eerstelijnszone Oostende-Bredene"
    assert state.name_on(date(2025, 1, 1)) == "Eerstelijnszone Middenkust"


def test_a_referrer_is_registered_for_a_known_organisation() -> None:
    known.when(x.register_referrer()).then(x.referrer_registered())
    organisation.when(x.register_referrer()).refused("organisation-unknown")


def test_a_referrer_registered_twice_is_one() -> None:
    known.given(x.referrer_registered()).when(x.register_referrer()).then()


def test_an_organisation_is_corrected_and_keeps_its_names() -> None:
    known.when(x.correct_organisation()).then(x.organisation_corrected())
    corrected = known.given(x.organisation_corrected())
    corrected.when(x.correct_organisation()).then()
    corrected.when(x.register_organisation()).then()
    renamed = known.given(x.organisation_renamed())
    renamed.when(x.correct_organisation()).then(x.organisation_corrected())
    organisation.when(x.correct_organisation()).refused("organisation-unknown")


def test_an_organisation_merges_or_splits_once_and_then_is_no_more() -> None:
    for command, event in (
        (x.merge_organisation(), x.organisation_merged()),
        (x.split_organisation(), x.organisation_split()),
    ):
        known.when(command).then(event)
        ended = known.given(event)
        ended.when(command).then()
        ended.when(x.rename_organisation()).refused("organisation-ended")
        ended.when(x.register_referrer()).refused("organisation-ended")
        ended.given(x.referrer_registered()).when(x.register_referrer()).then()
    known.given(x.organisation_merged()).when(x.split_organisation()).refused("organisation-ended")


def test_an_organisation_becomes_others_each_once_and_not_before_it_was() -> None:
    known.when(x.merge_organisation(into=x.ORGANISATION)).refused("organisation-of-itself")
    known.when(x.split_organisation(into=("elz-2", "elz-2"))).refused("organisation-of-itself")
    known.when(x.split_organisation(into=("elz-2", x.ORGANISATION))).refused("organisation-of-itself")
    known.when(x.merge_organisation(since=date(2023, 12, 31))).refused("date-before-registered")
    known.when(x.merge_organisation(since=date(2026, 4, 1))).refused("date-in-future")
    organisation.when(x.merge_organisation()).refused("organisation-unknown")
