"""The synthetic road of one referral: its days, its outcome, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.local.history.steps import LAST, Body, one
from services.referral.translations import checklist, latest_checklist

OUTCOMES = {  # of those who do not complete
    "not_eligible": 5,
    "refused": 3,
    "stopped": 3,
    "withdrawn": 2,
    "not_suitable": 1,
    "on_hold": 1,
    "planned": 1,
    "waiting": 1,
}
UNMET = {"language": 10, "denial": 2, "acute_addiction": 1, "acute_psychiatry": 1, "judicial_measure": 1}
PRACTICAL = {
    ("practical", "hours"): 3,
    ("practical", "transport"): 2,
    ("practical", "work"): 3,
    ("practical", "childcare"): 2,
    ("practical", "waiting_time"): 2,
}
LEFT = PRACTICAL | {
    ("practical", "no_group_running"): 2,
    ("motivation", "motivation_faded"): 2,
    ("motivation", "unreachable"): 1,
    ("personal", "moved"): 1,
    ("elsewhere", "other_help"): 1,
}
LONGEST = (4, 14, 10)  # days to planning, to the intake, to the decision
WAITED = (30, 110)  # days from receipt to the first session, where the years allow it


@dataclass(frozen=True, slots=True)
class Road:
    """What happens to one person; `days` are the days from one step to the next."""

    outcome: str
    received_on: date
    preferred_city: str
    city_of_residence: str
    availability: list[list[str]]
    informed: int | None
    feedback_agreed: bool
    days: tuple[int, ...]
    criterion: str
    reason: tuple[str, str]

    @classmethod
    def made(
        cls,
        random: Random,
        first: date,
        cities: tuple[str, ...],
        outcome: str,
        joins: tuple[date, str] | None,
    ) -> Road:
        """A road from the seed; who `joins` a group on a day, in a city, is accepted in time for it."""
        city = joins[1] if joins else random.choice(cities)
        return cls(
            outcome=outcome,
            received_on=_received(random, first, joins[0] if joins else None),
            preferred_city=city,
            city_of_residence=random.choice([city, city, *cities]),
            availability=_availability(random),
            informed=None if random.random() < 0.05 else random.randint(0, 5),
            feedback_agreed=random.random() < 0.6,
            days=tuple(random.randint(1, most) for most in (*LONGEST, 45)),
            criterion=one(random, UNMET),
            reason=one(random, PRACTICAL if outcome == "refused" else LEFT),
        )

    @property
    def accepted_on(self) -> date:
        """The day of the decision."""
        return self._dates()[2]

    def received(self, *, by_himself: bool) -> dict[str, Any]:
        """The part of `POST /referrals` that is about the person and his being informed."""
        informed = None if by_himself or self.informed is None else str(self.received_on - timedelta(self.informed))
        return {
            "city_of_residence": self.city_of_residence,
            "preferred_city": self.preferred_city,
            "received_on": str(self.received_on),
            "informed_on": informed,
            "informed_by": "referrer" if informed else None,
            "not_informed_reason": None if informed or by_himself else "not_reachable",
            "availability": self.availability,
            "feedback_agreed": self.feedback_agreed and not by_himself,
        }

    def after(self) -> Iterator[tuple[date, str, Body]]:
        """What follows receipt, up to the carousel: the day, the last part of the path, and the rest of the body."""
        planned_on, intake_on, decided_on, ended_on = self._dates()
        yield planned_on, "plan-intake", {"planned_for": str(intake_on)}
        if self.outcome == "planned":
            return
        if self.outcome == "withdrawn" and self.days[0] == 1:  # gone before the intake
            yield intake_on, "withdraw", self.why()
            return
        yield intake_on, "intake", self._intake()
        match self.outcome:
            case "not_eligible":
                yield decided_on, "decline-not-eligible", {"criterion": self.criterion}
            case "not_suitable":
                yield decided_on, "decline-not-suitable", {"reason": "no_request_for_help"}
            case _:
                yield decided_on, "accept", {"override": None}
        if self.outcome == "withdrawn":
            yield ended_on, "withdraw", self.why()
        if self.outcome == "on_hold":
            yield ended_on, "hold", {"review_on": str(ended_on + timedelta(30))}

    def why(self) -> Body:
        """The reason of leaving."""
        category, code = self.reason
        return {"category": category, "code": code}

    def _dates(self) -> tuple[date, ...]:
        """Planned, intake, decided, ended: never after the last day of the project."""
        return tuple(min(LAST, self.received_on + timedelta(sum(self.days[:n]))) for n in range(1, 5))

    def _intake(self) -> Body:
        version = latest_checklist()
        unmet = {self.criterion} if self.outcome == "not_eligible" else set()
        results = [[criterion, criterion not in unmet] for criterion in sorted(checklist(version) or ())]
        return {"checklist_version": version, "results": results, "held_by": "synthetic-facilitator"}


def _received(random: Random, first: date, joins: date | None) -> date:
    if joins is None:
        return first + timedelta(random.randint(0, (LAST - first).days - 1))
    return max(first, joins - timedelta(random.randint(*WAITED)))


def _availability(random: Random) -> list[list[str]]:
    days = random.sample(["monday", "tuesday", "wednesday", "thursday", "friday"], random.randint(1, 3))
    return [[day, random.choice(["afternoon", "evening", "evening"])] for day in days]
