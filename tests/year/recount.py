"""What must be seen of a year, counted by plain loops from what was true, and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil

from tests.year.truth import MODULES, ORGANISER, Entry, Fact, Life, Training, Year


@dataclass(frozen=True)
class Counted:
    """One thing that counts in a month."""

    code: str
    on: date
    city: str
    what: str = ""
    sector: str = ""
    partner: str = ""


DISTINCT = {"referring_persons", "referring_organisations", "trained_people"}
MEASURED = {
    "days_to_intake", "days_to_first_session", "modules_attended", "sessions_per_cycle", "group_size",
    "days_since_training", "days_since_basic_training", "days_since_in_depth_training",
}  # fmt: skip
WAITS = {"accept", "resume", "refuse-place", "give-back-place", "return", "go-on", "transfer"}
CODES = (
    "referrals_received", "referring_persons", "referring_organisations", "intakes_held", "days_to_intake", "accepted",
    "not_eligible", "not_suitable", "withdrawn", "on_hold", "placed", "started", "days_to_first_session", "completed",
    "stopped", "modules_attended", "cycles_held", "sessions_held", "sessions_per_cycle", "group_size", "cohort_intake",
    "cohort_accepted", "cohort_placed", "cohort_started", "cohort_completed", "new_referrers", "trainings_held",
    "trainings_pitched", "training_participations", "trained_people", "referrals_preceded", "days_since_training",
    "days_since_basic_training", "days_since_in_depth_training", "new_referrers_preceded",
)  # fmt: skip


def figures(year: Year, city: str | None) -> dict[str, dict[str, object]]:
    """Every figure over the whole year, of one city or of all."""
    counted = [each for each in everything(year) if city in {None, each.city}]
    return {code: _figure(code, [each for each in counted if each.code == code]) for code in CODES}


def _figure(code: str, counted: list[Counted]) -> dict[str, object]:
    months = sorted({each.on.strftime("%Y-%m") for each in counted})
    if code in DISTINCT:
        by = {month: len({each.what for each in counted if each.on.strftime("%Y-%m") == month}) for month in months}
        return {"value": len({each.what for each in counted}), "by_month": by}
    found: dict[str, object] = {
        "value": len(counted),
        "by_month": dict(Counter(each.on.strftime("%Y-%m") for each in counted)),
        "by_sector": dict(Counter(each.sector for each in counted if each.sector)),
        "by_partner": dict(Counter(each.partner for each in counted if each.partner)),
    }
    if code in MEASURED:
        ranked = sorted(int(each.what) for each in counted)
        return found | {"median": _within(ranked, 50), "p90": _within(ranked, 90)}
    return found | {"by_reason": dict(Counter(each.what for each in counted if each.what))}


def _within(ranked: list[int], percent: int) -> int | None:
    return ranked[ceil(len(ranked) * percent / 100) - 1] if ranked else None


def everything(year: Year) -> Iterator[Counted]:
    """All that counts."""
    counting = [each for each in year.lives.values() if each.counts]
    for life in counting:
        yield from _road(year, life)
    for person in sorted({each.person for each in counting}):
        yield from _person(year, [each for each in counting if each.person == person])
    yield from _first_referrals(year, counting)
    for training in year.trainings:
        if not training.cancelled:
            yield from _training(training)
    for cycle, session in year.sessions():
        if session.held:
            yield Counted("sessions_held", session.on, cycle.city)
            yield Counted("sessions_per_cycle", session.on, cycle.city, str(MODULES))
            marks = [fact for life in counting for fact in life.of("mark") if fact.session == session.name]
            if marks or session.excused:
                came = sum(fact.mark == "present" for fact in marks)
                yield Counted("group_size", session.on, cycle.city, str(came))
    for cycle in year.cycles.values():
        if cycle.closed_on:
            yield Counted("cycles_held", cycle.closed_on, cycle.city)


@dataclass(frozen=True)
class _Of:
    """What counts of one life: in the city where he wants to go on that day, unless another is said."""

    life: Life

    def __call__(self, code: str, on: date, city: str | None = None, what: str = "") -> Counted:
        entry = self.life.entry
        where = self.life.city_on(on) if city is None else city
        return Counted(code, on, where, what, entry.sector, entry.organisation or "")


def _road(year: Year, life: Life) -> Iterator[Counted]:
    entry, one = life.entry, _Of(life)
    began = entry.received_on
    yield one("referrals_received", began, entry.city)
    if entry.referrer:
        yield one("referring_persons", began, entry.referrer_city, entry.referrer)
        yield one("referring_organisations", began, entry.referrer_city, entry.organisation or "")
    if before := _last_training(year, entry):
        days = str((began - before.days[-1]).days)
        yield one("referrals_preceded", began, entry.city, before.kind)
        yield one("days_since_training", began, entry.city, days)
        yield one(f"days_since_{before.kind}_training", began, entry.city, days)
    if intake := life.first("intake"):
        yield one("intakes_held", intake.on)
        yield one("days_to_intake", intake.on, what=str((intake.on - began).days))
        yield one("cohort_intake", began, entry.city)
    if accepted := life.first("accept"):
        yield one("accepted", accepted.on)
        yield one("cohort_accepted", began, entry.city)
    if declined := life.first("decline-not-eligible", "decline-not-suitable"):
        code = "not_eligible" if declined.kind == "decline-not-eligible" else "not_suitable"
        yield one(code, declined.on, what=declined.reason[0])
    if held := life.first("hold"):
        yield one("on_hold", held.on)
    left = life.last("withdraw", "resume")
    if left and left.kind == "withdraw" and not life.present():
        yield one("withdrawn", left.on, what="/".join(left.reason))
    if placed := life.first("place", "accept-place"):
        yield one("placed", placed.on, year.cycles[placed.cycle].city)
        yield one("cohort_placed", began, entry.city)
    yield from _group(year, life)


def _group(year: Year, life: Life) -> Iterator[Counted]:
    one = _Of(life)
    began = life.entry.received_on
    if not life.present():
        return
    yield one("cohort_started", began, life.entry.city)
    if year.completed(life):
        yield one("cohort_completed", began, life.entry.city)
        return
    stopped = life.last("stop", "return")
    if stopped and stopped.kind == "stop":
        city = year.cycles[life.present()[0].cycle].city
        yield one("stopped", stopped.on, city, "/".join(stopped.reason))


def _person(year: Year, roads: list[Life]) -> Iterator[Counted]:
    """Who started and who completed, once over all his roads."""
    started = sorted((each for each in roads if each.present()), key=lambda each: each.present()[0].on)
    if not started:
        return
    first, one = started[0].present()[0], _Of(started[0])
    city, received = year.cycles[first.cycle].city, started[0].entry.received_on
    yield one("started", first.on, city)
    yield one("days_to_first_session", first.on, city, str((first.on - received).days))
    had = set[int]().union(*(year.modules(each) for each in roads))
    yield one("modules_attended", first.on, city, str(len(had)))
    for road in started:
        if year.completed(road):
            last = _completing(year, road)
            yield _Of(road)("completed", last.on, year.cycles[last.cycle].city)
            return


def _completing(year: Year, road: Life) -> Fact:
    """The session with which he had every module."""
    had = set(year.carried(road))
    for fact in road.present():
        had.add(year.session(fact.session)[1].module)
        if len(had) == MODULES:
            return fact
    raise AssertionError(road.name)


def _training(training: Training) -> Iterator[Counted]:
    on, city = training.days[-1], training.city
    yield Counted("trainings_held", on, city, training.kind, partner=ORGANISER)
    if training.pitched:
        yield Counted("trainings_pitched", on, city, training.kind, partner=ORGANISER)
    came = [each for each, days in training.people.items() if days]
    for sector in [*(each.organisation.sector for each in came), *Counter(training.counted).elements()]:
        yield Counted("training_participations", on, city, training.kind, sector, ORGANISER)
    for each in came:
        yield Counted("trained_people", on, city, each.name, each.organisation.sector, each.organisation.name)


def _last_training(year: Year, entry: Entry) -> Training | None:
    """The last one at which somebody of the organisation that refers was, in the 180 days before."""
    found = None
    for training in sorted(year.trainings, key=lambda each: (each.days[-1], each.kind == "in_depth")):
        there = {each.organisation.name for each, days in training.people.items() if days}
        if entry.organisation in there and 1 <= (entry.received_on - training.days[-1]).days <= 180:
            found = training
    return found


def _first_referrals(year: Year, lives: list[Life]) -> Iterator[Counted]:
    firsts: dict[str, Life] = {}
    for life in sorted(lives, key=lambda each: (each.entry.received_on, each.name)):
        if life.entry.referrer:
            firsts.setdefault(life.entry.referrer, life)
    for life in firsts.values():
        entry = life.entry
        where = (entry.referrer_city or "", "", entry.sector, entry.organisation or "")
        yield Counted("new_referrers", entry.received_on, *where)
        if before := _last_training(year, entry):
            one = _Of(life)
            yield one("new_referrers_preceded", entry.received_on, entry.referrer_city or "", before.kind)


def waiting(year: Year, city: str, today: date) -> list[tuple[str, int]]:
    """Who waits there, by how long: his referral and the days."""
    found = []
    for life in year.lives.values():
        accepted = life.first("accept")
        if accepted and life.city_on() == city and _waits(year, life):
            same = [each.first("accept") for each in year.lives.values() if _is_duplicate(each, life)]
            began = min(each.on for each in (accepted, *same) if each)
            since = max([began, *(each.on for each in life.present())])
            found.append(((since, life.name), (life.name, (today - since).days)))
    return [each for _, each in sorted(found)]


def _is_duplicate(other: Life, of: Life) -> bool:
    linked = other.last("link-duplicate")
    return linked is not None and linked.of == of.name


def _waits(year: Year, life: Life) -> bool:
    """The last thing that happened to him leaves him without a place, and on the road."""
    if year.completed(life) or not life.counts:
        return False
    last = [each for each in life.facts if each.kind != "mark"][-1]
    if last.kind in WAITS:
        return True
    return last.kind in {"place", "accept-place"} and year.cycles[last.cycle].closed_on is not None
