"""The road of one referral as the figures see it, folded from public messages: pure, without database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import NamedTuple

from services.reporting.indicators import Indicator, StepName, catalogue
from shared.contracts import referral as said
from shared.contracts.envelope import PublicMessage
from shared.messages import Refused


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened once on the road; `reason` is a code, `category/code`, or empty."""

    name: StepName
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Journey:
    """One referral: where it came from, its first steps in order, and whether it was received in error."""

    referral: str
    referrer: str
    organisation: str
    sector: str
    referrer_city: str
    city_of_residence: str
    preferred_city: str
    steps: tuple[Step, ...]
    retracted: bool = False

    def step(self, name: StepName) -> Step | None:
        """That step, when it was taken."""
        return next((step for step in self.steps if step.name == name), None)


class FigureKey(NamedTuple):
    """What one row of figures is about; `month` is its first day, `reason` holds the days for a kind "days"."""

    month: date
    city: str
    partner: str
    sector: str
    indicator: str
    reason: str


class MemberKey(NamedTuple):
    """One referrer or organisation that a distinct indicator must count once over any period."""

    month: date
    city: str
    partner: str
    sector: str
    indicator: str
    member: str


def fold(journey: Journey | None, message: PublicMessage) -> Journey:
    """The journey after `message`; raises Refused `referral-unknown` when it was never received."""
    if isinstance(message, said.ReferralReceived):
        return _received(journey, message)
    if journey is None:
        raise Refused("referral-unknown")
    match message:
        case said.IntakeHeld():
            return _first(journey, Step("intake", message.on))
        case said.ReferralAccepted():
            return _first(_reopened(journey), Step("accepted", message.on))
        case said.ReferralDeclined():
            return _ended(journey, Step(_ground(message.ground), message.on, message.reason))
        case said.ReferralPutOnHold():
            return _first(journey, Step("on_hold", message.on))
        case said.ReferralResumed():
            return _reopened(journey)
        case said.ReferralWithdrawn():
            return _ended(journey, Step("withdrawn", message.on, f"{message.category}/{message.code}"))
        case said.ReferralRetracted():
            return replace(journey, retracted=True)
        case _:
            raise Refused("message-unknown")


def _received(journey: Journey | None, message: said.ReferralReceived) -> Journey:
    others = tuple(step for step in journey.steps if step.name != "received") if journey else ()
    return Journey(
        referral=message.referral,
        referrer=message.referrer or "",
        organisation=message.organisation or "",
        sector=message.sector,
        referrer_city=message.referrer_city or "",
        city_of_residence=message.city_of_residence,
        preferred_city=message.preferred_city,
        steps=(Step("received", message.on), *others),
        retracted=journey is not None and journey.retracted,
    )


def _first(journey: Journey, step: Step) -> Journey:
    """Only the first time counts: a road that opens again is still one referral."""
    return journey if journey.step(step.name) else replace(journey, steps=(*journey.steps, step))


def _ended(journey: Journey, step: Step) -> Journey:
    """Only the last end counts."""
    return replace(journey, steps=(*_reopened(journey).steps, step))


def _reopened(journey: Journey) -> Journey:
    ends = ("not_eligible", "not_suitable", "withdrawn")
    return replace(journey, steps=tuple(step for step in journey.steps if step.name not in ends))


def _ground(ground: str) -> StepName:
    if ground == "not_eligible":
        return "not_eligible"
    if ground == "not_suitable":
        return "not_suitable"
    raise Refused("ground-unknown")


def contributions(journey: Journey | None) -> Counter[FigureKey]:
    """What this journey adds to the counts and days; a retracted one, or none, adds nothing."""
    return Counter(
        FigureKey(*_place(journey, indicator, step), indicator.code, _reason(journey, indicator, step))
        for journey, indicator, step in _fed(journey)
        if indicator.kind != "distinct"
    )


def membership(journey: Journey | None) -> Counter[MemberKey]:
    """Whom this journey adds to the distinct indicators; nobody for a self-referral."""
    return Counter(
        MemberKey(*_place(journey, indicator, step), indicator.code, member)
        for journey, indicator, step in _fed(journey)
        if (member := _member(journey, indicator))
    )


def _fed(journey: Journey | None) -> Iterator[tuple[Journey, Indicator, Step]]:
    if journey is None or journey.retracted:
        return
    for indicator in catalogue():
        if step := journey.step(indicator.step):
            yield journey, indicator, step


def _place(journey: Journey, indicator: Indicator, step: Step) -> tuple[date, str, str, str]:
    cities = {
        "residence": journey.city_of_residence,
        "referrer": journey.referrer_city,
        "preferred": journey.preferred_city,
    }
    return step.on.replace(day=1), cities[indicator.city], journey.organisation, journey.sector


def _reason(journey: Journey, indicator: Indicator, step: Step) -> str:
    received = journey.step("received")
    return str((step.on - received.on).days) if indicator.kind == "days" and received else step.reason


def _member(journey: Journey, indicator: Indicator) -> str:
    return {"referrer": journey.referrer, "organisation": journey.organisation, None: ""}[indicator.member]


def to_json(journey: Journey) -> str:
    """The journey as stored."""
    return json.dumps(asdict(journey), default=date.isoformat)


def from_json(text: str) -> Journey:
    """A journey as it was stored."""
    raw = json.loads(text)
    steps = tuple(Step(each["name"], date.fromisoformat(each["on"]), each["reason"]) for each in raw.pop("steps"))
    return Journey(steps=steps, **raw)
