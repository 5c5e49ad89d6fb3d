"""A few referrals as the referral service tells them, for the tests of reporting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count

from shared.contracts import referral as said
from shared.contracts.envelope import Envelope, PublicMessage
from shared.inbox import Heard


def received(
    referral: str = "r1",
    on: date = date(2026, 1, 5),
    referrer: str | None = "p1",
    organisation: str | None = "o1",
    city: str = "Oostende",
) -> said.ReferralReceived:
    """Received from the police of Brugge, for a group in `city`."""
    return said.ReferralReceived(
        referral=referral,
        referrer=referrer,
        organisation=organisation,
        sector="police" if organisation else "self",
        referrer_city="Brugge" if referrer else None,
        city_of_residence="Bredene",
        preferred_city=city,
        on=on,
    )


def intake(referral: str = "r1", on: date = date(2026, 2, 4)) -> said.IntakeHeld:
    """The intake, thirty days later."""
    return said.IntakeHeld(referral=referral, on=on)


def accepted(referral: str = "r1", on: date = date(2026, 2, 6)) -> said.ReferralAccepted:
    """Accepted."""
    return said.ReferralAccepted(referral=referral, on=on, overridden=False)


def declined(referral: str = "r1", ground: str = "not_eligible", reason: str = "language") -> said.ReferralDeclined:
    """Declined in February."""
    return said.ReferralDeclined(referral=referral, on=date(2026, 2, 6), ground=ground, reason=reason)


def on_hold(referral: str = "r1") -> said.ReferralPutOnHold:
    """Put on hold in March."""
    return said.ReferralPutOnHold(referral=referral, on=date(2026, 3, 2), review_on=date(2026, 4, 1))


def resumed(referral: str = "r1") -> said.ReferralResumed:
    """Resumed in April."""
    return said.ReferralResumed(referral=referral, on=date(2026, 4, 1))


def withdrawn(referral: str = "r1", on: date = date(2026, 3, 9)) -> said.ReferralWithdrawn:
    """Withdrawn: no transport."""
    return said.ReferralWithdrawn(referral=referral, on=on, category="practical", code="transport")


def retracted(referral: str = "r1") -> said.ReferralRetracted:
    """Received in error."""
    return said.ReferralRetracted(referral=referral, on=date(2026, 5, 4))


def heard(messages: Iterable[PublicMessage]) -> list[Heard]:
    """The messages in the envelopes of one partition."""
    numbers = count(1)
    return [
        Heard(
            Envelope(
                "/carrousel/referral", next(numbers), type(each).type_name(), "r", datetime(2026, 6, 1, tzinfo=UTC)
            ),
            each,
        )
        for each in messages
    ]


def five_referrals() -> list[PublicMessage]:
    """One on its way, one not eligible, one withdrawn, one on hold, one who came himself and was received twice."""
    return [
        received("r1"),
        received("r2", date(2026, 1, 20), organisation="o2", city="Brugge"),
        intake("r1"),
        received("r3", date(2026, 2, 2), referrer="p2"),
        declined("r2"),
        accepted("r1"),
        intake("r3", date(2026, 2, 12)),
        received("r4", date(2026, 3, 1), referrer=None, organisation=None),
        withdrawn("r3"),
        received("r5", date(2026, 3, 1), referrer="p9"),
        on_hold("r4"),
        retracted("r5"),
    ]
