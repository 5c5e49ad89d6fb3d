"""A synthetic history that has the figures of a file: everything in it but those figures is invented from a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from deploy.local.figures import checked
from deploy.local.history import calendar, carousel, network, organisations, referrals, trainings
from deploy.local.history.seating import Seating
from deploy.local.history.steps import LAST, Service, Step, Synthetic
from shared.domain.messages import JsonObject

__all__ = ["History", "Step", "expected_counts", "history", "period"]

COUNTED: dict[str, tuple[Service, str]] = {  # figure: the service and the last part of the path of what it counts
    "intakes_held": ("referral", "intake"),
    "accepted": ("referral", "accept"),
    "not_eligible": ("referral", "decline-not-eligible"),
    "not_suitable": ("referral", "decline-not-suitable"),
    "withdrawn": ("referral", "withdraw"),
    "on_hold": ("referral", "put-on-hold"),
    "stopped": ("carousel", "stop"),
}


@dataclass(frozen=True, slots=True)
class History:
    """What happens, in four parts: each rests on the earlier ones, `during` and `after` also on their messages."""

    registered: tuple[Step, ...]
    before: tuple[Step, ...]
    during: tuple[Step, ...]
    after: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of it."""
        return (*self.registered, *self.before, *self.during, *self.after)


def period(figures: JsonObject) -> tuple[date, date]:
    """The first and the last day of the project: its years, up to a fixed last day."""
    return Synthetic.of(checked(figures), 0, "period").first, LAST


def history(figures: JsonObject, seed: int = 0) -> History:
    """A project that comes to exactly these figures: the same file and seed always give the same steps.

    ValueError when no history can have these figures.
    """
    part = partial(Synthetic.of, checked(figures), seed)
    known = organisations.register(part("organisations"))
    turning = part("carousel")
    rows = calendar.rows(turning.figures, turning.first, partial(turning.id, "cycle"))
    seating = Seating(rows, turning.figures.carousel.sessions_per_cycle, turning.random)
    everyone = referrals.referred(part("referred"), seating)
    registered = tuple(organisations.steps(part("organisations"), known))
    before = (
        *referrals.steps(part("referrals"), known, everyone),
        *carousel.offer(turning),
    )
    during = (
        *carousel.steps(turning, seating, everyone, known.doing("group_offer")),
        *trainings.steps(part("trainings"), known),
        *network.events(part("network events"), known),
        *network.partners(part("partners"), known),
        *network.meetings(part("meetings"), known),
    )
    return History(registered, before, during, (*referrals.endings(part("endings"), seating, everyone),))


def expected_counts(steps: Iterable[Step]) -> dict[str, int]:
    """The figures that these steps give, by code."""
    every = list(steps)
    kinds = Counter((step.service, step.path.rsplit("/", 1)[-1]) for step in every)
    placed = {step.path.rpartition("/")[0] for step in every if step.path.endswith(("/place", "/accept-place"))}
    marks = [mark for step in every if not isinstance(step.body, str) for mark in step.body.get("attendance", ())]
    started = {person for person, mark in marks if mark == "present"}
    return {code: kinds[kind] for code, kind in COUNTED.items()} | {"placed": len(placed), "started": len(started)}
