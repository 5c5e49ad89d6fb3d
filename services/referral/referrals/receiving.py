"""The rules for receiving a referral: who refers, and whether the person was informed."""

from __future__ import annotations

from services.referral.referrals import guards
from services.referral.referrals.commands import ReceiveReferral
from services.referral.referrals.events import ReferralEvent, ReferralReceived
from services.referral.referrals.state import Referral
from shared.domain.clock import not_in_future
from shared.domain.messages import id_not_available


def receive(state: Referral, command: ReceiveReferral) -> list[ReferralEvent]:
    """A referral is received once, and the person was informed of it or it says why not."""
    event = _received(command)
    if state.first == event:
        return []
    if state.received:
        raise id_not_available()
    not_in_future(command.received_on, command.at)
    guards.referred(command)
    guards.informed(command, command.at)
    return [event]


def _received(command: ReceiveReferral) -> ReferralReceived:
    return ReferralReceived(
        referral_id=command.referral_id,
        person_id=command.person_id,
        referrer_id=command.referrer_id,
        organisation_id=command.organisation_id,
        sector=command.sector,
        referrer_city=command.referrer_city,
        city_of_residence=command.city_of_residence,
        preferred_city=command.preferred_city,
        received_on=command.received_on,
        informed_on=command.informed_on,
        informed_by=command.informed_by,
        not_informed_reason=command.not_informed_reason,
        availability=command.availability,
        feedback_agreed=command.feedback_agreed,
        language=command.language,
    )
