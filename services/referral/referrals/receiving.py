"""The rules for receiving a referral: who refers, and whether the person was informed."""

from __future__ import annotations

from services.referral.referrals.commands import ReceiveReferral
from services.referral.referrals.events import ReferralEvent, ReferralReceived
from services.referral.referrals.state import Referral
from services.referral.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused, id_not_available


def receive(state: Referral, command: ReceiveReferral) -> list[ReferralEvent]:
    """A referral is received once, and the person was informed of it or it says why not."""
    event = _received(command)
    if state.received == event:
        return []
    if state.received:
        raise id_not_available()
    not_in_future(command.received_on, command.at)
    _referred(command)
    _informed(command)
    return [event]


def _referred(command: ReceiveReferral) -> None:
    referrer = command.referrer_id or command.organisation_id
    if command.sector == "self" and referrer:
        raise Refused(Refusal.SELF_REFERRAL_HAS_REFERRER)
    if command.sector not in {"self", "family"} and command.referrer_id is None:
        raise Refused(Refusal.REFERRER_MISSING)


def _informed(command: ReceiveReferral) -> None:
    if (command.informed_on is None) != (command.informed_by is None):
        raise Refused(Refusal.INFORMED_INCOMPLETE)
    if command.informed_on and command.not_informed_reason:
        raise Refused(Refusal.INFORMED_CONTRADICTION)
    if command.sector != "self" and not (command.informed_on or command.not_informed_reason):
        raise Refused(Refusal.PERSON_NOT_INFORMED)
    if command.informed_on:
        not_in_future(command.informed_on, command.at)


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
