"""Which topics the referral service consumes, and for which policy."""

from __future__ import annotations

from services.referral.policies import CAROUSEL_SUBJECT, record_participation
from shared.contracts.carousel import CASES
from shared.messaging.policies import PolicyConsumer

CAROUSEL = PolicyConsumer("referral", CASES, CAROUSEL_SUBJECT, record_participation)
