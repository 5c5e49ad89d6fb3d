"""The carousel of a synthetic history: its offer, its cycles, who gets a place, attendance, stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.local.history.calendar import STARTS, Cycle, modules
from deploy.local.history.referrals import Referred
from deploy.local.history.seating import At, Seating
from deploy.local.history.steps import Step, Synthetic, one
from shared.http.auth import Role

PAIR = ("synthetic-facilitator-1", "synthetic-facilitator-2")
COVER = "synthetic-facilitator-3"
EXTERNAL = {
    ("personal", "illness"): 2,
    ("personal", "moved"): 2,
    ("personal", "detention"): 1,
    ("practical", "work"): 3,
    ("practical", "transport"): 1,
}
NOTE = "Synthetic: looked into with the person himself; nothing more to do."
PLANNED_BEFORE = timedelta(days=21)


def offer(synthetic: Synthetic) -> Iterator[Step]:
    """The offer, when there is a carousel at all."""
    if synthetic.asked.carousel.modules:
        told = [each.model_dump(mode="json") for each in modules(synthetic.asked.carousel.modules)]
        body = {"offer_id": _offer(synthetic), "language": "nl", "modules": told, "on": str(synthetic.first)}
        yield synthetic.step("carousel", "offer", synthetic.first, Role.COORDINATOR, "/offers", body)


def steps(synthetic: Synthetic, seating: Seating, everyone: Sequence[Referred], of: str) -> Iterator[Step]:
    """Every row of cycles, run by the facilitators of one organisation."""
    for row, cycles in enumerate(seating.rows):
        free_on = synthetic.first
        for nth, cycle in enumerate(cycles):
            yield from _Cycle(synthetic, seating, everyone, of, (row, nth), cycle, free_on).steps()
            free_on = cycle.turns[-1].on


def _offer(synthetic: Synthetic) -> str:
    return synthetic.id("offer")


@dataclass(frozen=True, slots=True)
class _Cycle:
    """One cycle of a row, planned after the one before it is over."""

    synthetic: Synthetic
    seating: Seating
    everyone: Sequence[Referred]
    of: str
    where: tuple[int, int]
    cycle: Cycle
    free_on: date

    def steps(self) -> Iterator[Step]:
        on = max(self.free_on, self.cycle.first_on - PLANNED_BEFORE)
        yield from self._plan(on)
        for nth, turn in enumerate(self.cycle.turns):
            at = (*self.where, nth)
            yield from self._places(at, on)
            yield from self._hold(at)
            yield from self._stops(at)
            on = turn.on
        if self.cycle.closes:
            yield self._on_cycle(on, "close")

    def _plan(self, on: date) -> Iterator[Step]:
        row, nth = self.where
        body = {
            "cycle_id": self.cycle.cycle_id,
            "offer_id": _offer(self.synthetic),
            "city": self.cycle.city,
            "place": f"Groepslokaal {self.cycle.city} (synthetic)",
            "part_of_day": "evening",
            "first_on": str(self.cycle.first_on),
            "starts": str(STARTS),
            "order": self.cycle.order,
            "capacity": self.seating.capacity(row, nth),
            "facilitators": PAIR,
            "on": str(on),
        }
        yield self._step(on, "/cycles", body)
        for session_id in self.cycle.cancelled:
            yield self._on_cycle(on, f"sessions/{session_id}/cancel", reason="too_few_expected")
        for turn in self.cycle.turns[len(self.cycle.order) :]:
            added = {"session_id": turn.session_id, "module": turn.module, "held_on": str(turn.on)}
            yield self._on_cycle(on, "catch-up", **added, starts=str(STARTS))

    def _places(self, at: At, since: date) -> Iterator[Step]:
        """Who enters here, at first or again, is placed; who is offered a place here refuses it."""
        for person in self.everyone:
            on = max(since, person.road.accepted_on)
            place = {"cycle_id": self.cycle.cycle_id, "from_on": str(self.seating.turn(at).on)}
            if person.stay and at in person.stay.places:
                if person.number % 2 or at != person.stay.places[0]:
                    yield self._on_person(person, on, "place", **place)
                else:
                    yield self._on_person(person, on, "offer-place", **place)
                    yield self._on_person(person, on, "accept-place")
            elif person.offered == at:
                yield self._on_person(person, on, "offer-place", **place)
                yield self._on_person(person, on, "refuse-place", **person.road.why())

    def _hold(self, at: At) -> Iterator[Step]:
        turn = self.seating.turn(at)
        if self.synthetic.random.random() < 0.1:
            yield self._on_cycle(turn.on, f"sessions/{turn.session_id}/cover", absent=PAIR[0], cover=COVER)
        marks = [
            [person.referral_id, person.stay.marks[at]]
            for person in self.everyone
            if person.stay and at in person.stay.marks
        ]
        yield self._on_cycle(turn.on, f"sessions/{turn.session_id}/hold", attendance=marks)

    def _stops(self, at: At) -> Iterator[Step]:
        on = self.seating.turn(at).on
        for person in self.everyone:
            if person.stay and person.stay.stops_after == at:
                category, code = one(self.synthetic.random, EXTERNAL)
                yield self._on_person(person, on, "stop", category=category, code=code)
                yield self._on_person(person, on, "safety-tasks/1/close", note=NOTE)

    def _on_cycle(self, on: date, what: str, **more: Any) -> Step:
        return self._step(on, f"/cycles/{self.cycle.cycle_id}/{what}", {"on": str(on), **more})

    def _on_person(self, person: Referred, on: date, what: str, **more: Any) -> Step:
        return self._step(on, f"/participations/{person.referral_id}/{what}", {"on": str(on), **more})

    def _step(self, on: date, path: str, body: dict[str, Any]) -> Step:
        lane = f"row {self.where[0]}"
        return self.synthetic.step("carousel", lane, on, Role.FACILITATOR, path, body, organisation=self.of)
