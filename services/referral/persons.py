"""A person by name, and the rules for changing that name: who does it alone, and who confirms it.

Rights over a name come from the work with the person, never from having written it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.bounds import PersonalText
from shared.domain.messages import Message
from shared.i18n.code_lists import Availability

AccessReason = Literal["intake", "contact", "subject-access", "correction"]
RestrictedBecause = Literal["accuracy-contested", "unlawful", "needed-for-claims", "objection-pending"]
KeptBecause = Literal["road-may-reopen", "needed-for-claims", "asked-by-person"]
ErasureReason = Literal["asked-by-person", "kept-long-enough", "held-in-error"]


Way = Literal["call", "text", "email", "letter"]


class Reach(Message):
    """How a person may be reached without danger; unless told, no message is left and the programme is not named."""

    ways: Annotated[tuple[Way, ...], Field(max_length=4)]
    when: Annotated[tuple[Availability, ...], Field(max_length=21)] = ()
    message_may_be_left: bool = False
    programme_may_be_named: bool = False


class Person(Message):
    """What may be known of a person: enough to reach him safely, and no more.

    How he may be reached stands before any number.
    """

    name: PersonalText = Field(repr=False)
    reach: Reach | None = Field(default=None, repr=False)
    phone: PersonalText | None = Field(default=None, repr=False)
    email: PersonalText | None = Field(default=None, repr=False)
    address: PersonalText | None = Field(default=None, repr=False)
    birth_year: Annotated[int, Field(ge=1900, le=2099)] | None = Field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PersonReferral:
    """One referral of a person: the city that works with him, and the organisation that referred him, if any."""

    referral: str
    city: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked for a change, and the cities he works in; none when he works with nobody (a referrer)."""

    subject: str
    cities: frozenset[str]


def changes_alone(referrals: Sequence[PersonReferral], cities: Collection[str]) -> bool:
    """Whether a facilitator of `cities` decides alone: every referral is one of theirs, of one organisation at most."""
    organisations = {each.organisation for each in referrals if each.organisation}
    return len(organisations) <= 1 and all(each.city in cities for each in referrals)


def may_confirm(referrals: Sequence[PersonReferral], first: Requester, second: Requester) -> bool:
    """Whether `second`, who works on one of the referrals, may put into effect what `first` asked for.

    Who could do it alone may. Else he is another person than the first, who works on the person too, and he works in
    another city than the first where there is one.
    """
    if changes_alone(referrals, second.cities):
        return True
    if not first.cities or first.subject == second.subject:
        return False
    elsewhere = [each for each in referrals if each.city not in first.cities]
    return not elsewhere or any(each.city in second.cities for each in elsewhere)
