"""The rules of each kind of stream of the referral service, as everybody who asks needs them."""

from __future__ import annotations

from services.referral.commands import ReferralCommand, RegisterCommand
from services.referral.domain import referral, register
from services.referral.domain.referral import Referral
from services.referral.domain.register import Organisation
from services.referral.events import ReferralEvent, RegisterEvent
from shared.eventstore.command_handler import Decider

REFERRALS: Decider[Referral, ReferralCommand, ReferralEvent] = Decider(
    referral.initial, referral.decide, referral.evolve
)
REGISTER: Decider[Organisation, RegisterCommand, RegisterEvent] = Decider(
    register.initial, register.decide, register.evolve
)
