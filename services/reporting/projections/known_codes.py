"""The codes that figures are counted by: a message with another one waits as a dead letter until it is known.

A code that no figure counts by (the language of a person, the role of a partner, the size band) is not checked, and
a city is a name: any.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.reporting.refusals import DeadLetterReason
from shared.contracts import carousel, referral, training
from shared.domain.messages import Message, Refused
from shared.i18n.code_lists import terms

STEPS = ("intake", "acceptance", "decline", "hold", "withdrawal", "retraction")
MARKS = ("present", "excused", "absent")
KINDS = ("basic", "in_depth")
GROUNDS = ("not_eligible", "not_suitable")


def require_known(message: Message) -> None:
    """Raises Refused with a code that ends in `-unknown`: of a sector, reason, ground, mark, kind or step."""
    match message:
        case referral.ReferralReceived() | training.ParticipationRecorded():
            _sectors([message.sector])
        case training.NetworkEventHeld():
            _sectors(message.by_sector)
        case training.TrainingHeld():
            _among(message.kind, KINDS, DeadLetterReason.KIND_UNKNOWN)
            _sectors(message.by_sector)
        case referral.ReferralDeclined():
            _among(message.ground, GROUNDS, DeadLetterReason.GROUND_UNKNOWN)
            _among(
                message.reason,
                [code for each in terms().reasons.values() for code in each.codes],
                DeadLetterReason.REASON_UNKNOWN,
            )
        case referral.ReferralStepRevoked():
            _among(message.step, STEPS, DeadLetterReason.STEP_UNKNOWN)
        case referral.ReferralWithdrawn() | carousel.ParticipationStopped():
            category = terms().reasons.get(message.category)
            _among(message.code, category.codes if category else (), DeadLetterReason.REASON_UNKNOWN)
        case carousel.AttendanceRecorded():
            _among(message.mark, MARKS, DeadLetterReason.MARK_UNKNOWN)


def _sectors(codes: Iterable[str]) -> None:
    for code in codes:
        _among(code, terms().sectors, DeadLetterReason.SECTOR_UNKNOWN)


def _among(code: str, known: Iterable[str], reason: DeadLetterReason) -> None:
    if code not in known:
        raise Refused(reason)
