"""The carousel of a synthetic history: its offer, its cycles, who gets a place, attendance, stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.local.history.calendar import STARTS, Cycle, modules
from deploy.local.history.referrals import Referred
from deploy.local.history.seating import At, Seating
from deploy.local.history.steps import Step, StepMaker, Synthetic, one
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
    if number := synthetic.figures.carousel.sessions_per_cycle:
        make = synthetic.step_maker("carousel", "offer", Role.COORDINATOR)
        offered = modules(number)
        yield make.dated(synthetic.first, "/offers", offer_id=synthetic.id("offer"), language="nl", modules=offered)


def steps(synthetic: Synthetic, seating: Seating, everyone: Sequence[Referred], of: str) -> Iterator[Step]:
    """Every row of cycles, run by the facilitators of one organisation; each is planned when the one before is over."""
    for row, cycles in enumerate(seating.rows):
        make, free_on = synthetic.step_maker("carousel", f"row {row}", Role.FACILITATOR, of), synthetic.first
        for nth, cycle in enumerate(cycles):
            on = max(free_on, cycle.first_on - PLANNED_BEFORE)
            yield from _Cycle(synthetic, seating, everyone, make, (row, nth), cycle).steps(on)
            free_on = cycle.turns[-1].on


@dataclass(frozen=True, slots=True)
class _Cycle:
    synthetic: Synthetic
    seating: Seating
    everyone: Sequence[Referred]
    make: StepMaker
    where: tuple[int, int]
    cycle: Cycle

    def steps(self, on: date) -> Iterator[Step]:
        yield from self._plan(on)
        for nth, turn in enumerate(self.cycle.turns):
            at = (*self.where, nth)
            yield from self._places(at, on)
            yield from self._hold(at)
            on = turn.on
        if self.cycle.closes:
            yield self._step(on, "close")

    def _plan(self, on: date) -> Iterator[Step]:
        yield self.make.dated(
            on,
            "/cycles",
            cycle_id=self.cycle.cycle_id,
            offer_id=self.synthetic.id("offer"),
            city=self.cycle.city,
            place=f"Groepslokaal {self.cycle.city} (synthetic)",
            part_of_day="evening",
            first_on=self.cycle.first_on,
            starts=STARTS,
            order=self.cycle.order,
            capacity=self.seating.capacity(*self.where),
            facilitators=PAIR,
        )
        for session_id in self.cycle.cancelled:
            yield self._step(on, f"sessions/{session_id}/cancel", reason="too_few_expected")
        for turn in self.cycle.turns[len(self.cycle.order) :]:
            added = {"session_id": turn.session_id, "module": turn.module, "held_on": turn.on, "starts": STARTS}
            yield self._step(on, "catch-up", **added)

    def _places(self, at: At, since: date) -> Iterator[Step]:
        """Who enters here, at first or again, is placed; who is offered a place here refuses it."""
        place = {"cycle_id": self.cycle.cycle_id, "from_on": self.seating.turn(at).on}
        for person in self.everyone:
            on, path = max(since, person.accepted_on), f"/participations/{person.referral_id}"
            if person.offered == at:
                yield self.make.dated(on, f"{path}/offer-place", **place)
                yield self.make.dated(on, f"{path}/refuse-place", **person.why)
            elif person.stay and at in person.stay.places:
                if person.number % 2 or at != person.stay.places[0]:
                    yield self.make.dated(on, f"{path}/place", **place)
                else:
                    yield self.make.dated(on, f"{path}/offer-place", **place)
                    yield self.make.dated(on, f"{path}/accept-place")

    def _hold(self, at: At) -> Iterator[Step]:
        """The session is held; who stops after it stops."""
        turn, random = self.seating.turn(at), self.synthetic.random
        if random.random() < 0.1:
            yield self._step(turn.on, f"sessions/{turn.session_id}/cover", absent=PAIR[0], cover=COVER)
        here = [(each.referral_id, each.stay) for each in self.everyone if each.stay and at in each.stay.marks]
        marks = [(referral_id, stay.marks[at]) for referral_id, stay in here]
        yield self._step(turn.on, f"sessions/{turn.session_id}/hold", attendance=marks)
        for referral_id in (referral_id for referral_id, stay in here if stay.stops_after == at):
            category, code = one(random, EXTERNAL)
            path = f"/participations/{referral_id}"
            yield self.make.dated(turn.on, f"{path}/stop", category=category, code=code)
            yield self.make.dated(turn.on, f"{path}/safety-tasks/1/close", note=NOTE)

    def _step(self, on: date, what: str, **more: object) -> Step:
        return self.make.dated(on, f"/cycles/{self.cycle.cycle_id}/{what}", **more)
