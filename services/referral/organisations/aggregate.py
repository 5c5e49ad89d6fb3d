"""The aggregate of one organisation, with its referrers."""

from __future__ import annotations

from typing import get_args

from services.referral.organisations.commands import OrganisationCommand
from services.referral.organisations.events import OrganisationEvent
from services.referral.organisations.rules import decide
from services.referral.organisations.state import INITIAL, Organisation, evolve
from shared.domain.aggregate import Aggregate

ORGANISATION: Aggregate[Organisation, OrganisationCommand, OrganisationEvent] = Aggregate(
    "organisation", get_args(OrganisationEvent), INITIAL, decide, evolve
)
