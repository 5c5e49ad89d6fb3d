"""What the carousel consumes: the cases of the referral service."""

from __future__ import annotations

from services.carousel.referral_policy import BY, on_referral_message
from shared.contracts.referral import CASES
from shared.messaging.policies import PolicyConsumer

REFERRAL_CASES = PolicyConsumer("carousel", CASES, BY, on_referral_message)
