"""Nothing that the referral service takes or keeps is without a bound, and what was kept before is still read."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.referral import commands, events
from services.referral.app import application
from services.referral.people import Person
from shared.bounds import FIRST_DAY, LAST_DAY
from shared.settings import Settings
from tests.bounds_walk import unbounded, unbounded_parameters
from tests.referral import examples as x

KINDS = (commands.ReferralCommand, commands.RegisterCommand, events.ReferralEvent, events.RegisterEvent)


@pytest.mark.parametrize("model", [each for kind in KINDS for each in get_args(kind)] + [Person])
def test_no_value_of_a_command_a_fact_or_a_person_is_without_a_bound(model: Any) -> None:
    assert unbounded(model) == []
