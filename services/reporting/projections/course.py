"""The steps of a referral before the group, in the order in which they were told, and what holds of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.reporting.metrics.catalogue import StepName
from services.reporting.refusals import DeadLetterReason
from shared.contracts import referral
from shared.domain.messages import Refused
from shared.messaging.cloudevents import PublicMessage

CourseName = Literal["intake", "acceptance", "decline", "hold", "withdrawal", "resumption"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on it; `reason` is a code, `category/code` or empty, `city` that of the group."""

    on: date
    reason: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step before the group as it was told, so that one that is taken back leaves those before and after it."""

    name: CourseName
    step: Step
    ground: StepName | None = None


def taken(event: PublicMessage) -> Iterator[Taken]:
    """The step that an event of the referral service tells; raises Refused `ground-unknown`."""
    match event:
        case referral.IntakeHeld():
            yield Taken("intake", Step(event.on))
        case referral.ReferralAccepted():
            yield Taken("acceptance", Step(event.on))
        case referral.ReferralDeclined():
            yield Taken("decline", Step(event.on, event.reason), _step_of(event.ground))
        case referral.ReferralPutOnHold():
            yield Taken("hold", Step(event.on))
        case referral.ReferralResumed():
            yield Taken("resumption", Step(event.on))
        case referral.ReferralWithdrawn():
            yield Taken("withdrawal", Step(event.on, f"{event.category}/{event.code}"))


def _step_of(ground: str) -> StepName:
    match ground:
        case "not_eligible" | "not_suitable":
            return ground
    raise Refused(DeadLetterReason.GROUND_UNKNOWN)


def without_last(course: tuple[Taken, ...], name: str) -> tuple[Taken, ...]:
    """Without the last step of that name."""
    last = max((nth for nth, each in enumerate(course) if each.name == name), default=len(course))
    return (*course[:last], *course[last + 1 :])


def steps_of(course: Iterable[Taken]) -> dict[StepName, Step]:
    """What holds after these: of an intake, an acceptance and a hold the first, of an end the last until it goes on."""
    first: dict[StepName, Step] = {}
    ended: dict[StepName, Step] = {}
    for each in course:
        match each.name:
            case "intake":
                first.setdefault("intake", each.step)
            case "hold":
                first.setdefault("on_hold", each.step)
            case "acceptance":
                first.setdefault("accepted", each.step)
                ended = {}
            case "resumption":
                ended = {}
            case "withdrawal":
                ended = {"withdrawn": each.step}
            case "decline":
                ended = {each.ground: each.step} if each.ground else {}
    return first | ended
