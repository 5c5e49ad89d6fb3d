"""The rules of each kind of stream of the referral service, as everybody who asks needs them."""

from __future__ import annotations

from typing import Any

from services.referral.domain import referral, register
from shared.decider import Decider

REFERRALS: Decider[Any, Any, Any] = Decider(referral.initial, referral.decide, referral.evolve)
REGISTER: Decider[Any, Any, Any] = Decider(register.initial, register.decide, register.evolve)
