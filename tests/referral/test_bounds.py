"""Nothing that the referral service takes or keeps is without a bound, and what was kept before is still read."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.referral.organisations.commands import OrganisationCommand
from services.referral.organisations.events import OrganisationEvent
from services.referral.persons import Person
from services.referral.referrals import commands, events
from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.i18n.code_lists import Id
from tests.bounds_walk import unbounded, unbounded_parameters
from tests.referral import examples as x
from tests.referral.access import ROUTES
from tests.referral.desk import Desk, desk

__all__ = ["desk"]

KINDS = (commands.ReferralCommand, OrganisationCommand, events.ReferralEvent, OrganisationEvent)


@pytest.mark.parametrize("model", [each for kind in KINDS for each in get_args(kind)] + [Person])
def test_no_value_of_a_command_an_event_or_a_person_is_without_a_bound(model: Any) -> None:
    assert unbounded(model) == []


async def test_no_value_that_a_route_takes_is_without_a_bound(desk: Desk) -> None:
    assert desk.app
    assert {each.path for each in iter_route_contexts(desk.app.routes)} > {path for _, path in ROUTES}
    assert unbounded_parameters(desk.app.routes) == []


def is_id(text: str) -> bool:
    try:
        return bool(TypeAdapter(Id).validate_python(text))
    except ValidationError:
        return False


@given(st.dates())
def test_an_event_of_any_year_is_still_read(day: date) -> None:
    told = x.received().model_dump(mode="json") | {"received_on": day.isoformat()}
    assert events.ReferralReceived.model_validate(told).received_on == min(max(day, FIRST_DAY), LAST_DAY)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=2000))
def test_an_event_that_tells_a_worker_by_any_text_is_read_without_it(by: str) -> None:
    told = x.intake_held().model_dump(mode="json")
    read = events.IntakeHeld.model_validate(told | {"by": by}).by
    assert read == (by if is_id(by) else events.NOT_AN_ID)


def test_an_event_that_tells_a_part_of_a_day_a_thousand_times_is_read_once() -> None:
    told = x.received().model_dump(mode="json") | {"availability": [["monday", "evening"], ["friday", "evening"]] * 500}
    read = events.ReferralReceived.model_validate(told).availability
    assert read == (("monday", "evening"), ("friday", "evening"))


@pytest.mark.parametrize(
    ("field", "value"),
    [("held_by", "Jan Peeters"), ("held_by", "x" * 65), ("on", "0001-01-01"), ("on", "9999-12-31"), ("on", 0),
     ("checklist_version", 10**9), ("results", [["language", True]] * 51)],
)  # fmt: skip
def test_what_is_asked_today_has_bounds(field: str, value: Any) -> None:
    told = x.record_intake().model_dump(mode="json")
    commands.RecordIntake.model_validate(told)
    with pytest.raises(ValidationError, match=field):
        commands.RecordIntake.model_validate(told | {field: value})
