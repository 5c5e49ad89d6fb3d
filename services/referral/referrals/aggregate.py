"""The aggregate of one referral."""

from __future__ import annotations

from typing import get_args

from services.referral.referrals.commands import ReferralCommand
from services.referral.referrals.events import ReferralEvent
from services.referral.referrals.rules import decide
from services.referral.referrals.state import INITIAL, Referral, evolve
from shared.domain.aggregate import Aggregate

REFERRAL: Aggregate[Referral, ReferralCommand, ReferralEvent] = Aggregate(
    "referral", get_args(ReferralEvent), INITIAL, decide, evolve
)
