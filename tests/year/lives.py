"""Random but lawful lives: from a seed, what is true of a year."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.year.truth import CITIES, MODULES, OVER, Cycle, Entry, Life, Mark, Organisation, Session, Year

DAYS = 365
FULL = 14
SECTORS = ("police", "welfare", "ocmw_cpas", "health")
LEFT = (("practical", "hours"), ("personal", "moved"), ("motivation", "motivation_faded"))
REFUSED = (("practical", "transport"), ("practical", "hours"))
MARKS: tuple[Mark, ...] = ("present", "absent", "excused")
ERASED = 0.08


def year(seed: int, lives: int, today: date) -> Year:
    """What is true of so many lives in the year before that day; the same seed gives the same days before it."""
    chance = Random(seed)
    first = today - timedelta(days=DAYS)
    organisations = [
        Organisation(f"org-{nth}", sector, CITIES[nth % 2], (f"ref-{nth}-1", f"ref-{nth}-2"))
        for nth, sector in enumerate(SECTORS)
    ]
    organisations.append(_merged(organisations[1], first + timedelta(days=chance.randrange(DAYS // 4, DAYS))))
    rows = max(1, lives // 60)
    cycles = [
        _cycle(chance, f"c-{city[0].lower()}{row}-{nth}", city, first + timedelta(days=15 + 45 * nth + 7 * row), today)
        for city in CITIES
        for row in range(rows)
        for nth in range(DAYS // 45 + 1)
    ]
    lived = Year(today, organisations, {each.name: each for each in cycles if each.planned_on <= today}, {})
    for nth in range(lives):
        entry = _entry(chance, organisations, first + timedelta(days=chance.randrange(DAYS - 5)))
        earlier = _of_somebody(lived, chance)
        life = Life(f"r-{nth}", f"p-{nth}", entry)
        if earlier:
            life = _again(lived, chance, life, earlier)
        lived.lives[life.name] = life
        walk = _Walk(lived, life, chance)
        if earlier and not _ended(lived, earlier):
            walk.twice(earlier)
        else:
            walk.live()
    _erase(lived, chance)
    return lived


def _merged(into: Organisation, since: date) -> Organisation:
    """One that is a part of another since that day."""
    return Organisation("org-m", into.sector, CITIES[0], ("ref-m-1", "ref-m-2"), (since, into))


def _erase(lived: Year, chance: Random) -> None:
    """Some ask today that their names are forgotten: each with one road, which is over or ends by that."""
    roads = Counter(each.person for each in lived.lives.values())
    for life in lived.lives.values():
        last = life.before(None)
        over = lived.completed(life) or (last is not None and last.kind in OVER)
        if roads[life.person] > 1 or not (over or (life.counts and not life.present())) or chance.random() > ERASED:
            continue
        life.erased = True
        if not over:
            life.add("withdraw", lived.today, reason=("motivation", "no_request_for_help"), of=life.name)


def _of_somebody(lived: Year, chance: Random) -> Life | None:
    """A road of somebody who is referred once more: another road if that one is over, else a duplicate of it."""
    later = {each.person for each in lived.lives.values() if each.entry.received_on > lived.today - timedelta(days=30)}
    roads = [each for each in lived.lives.values() if each.counts and each.person not in later]
    last = {each.person: each for each in sorted(roads, key=lambda each: each.entry.received_on)}
    return chance.choice(list(last.values())) if last and chance.random() < 0.2 else None


def _ended(lived: Year, life: Life) -> bool:
    last = life.before(None)
    left = last and last.kind in {"withdraw", "stop", "decline-not-eligible", "decline-not-suitable"}
    closed = last and last.cycle and lived.cycles[last.cycle].closed_on
    return bool(left or (closed and lived.completed(life)))


def _again(lived: Year, chance: Random, life: Life, earlier: Life) -> Life:
    """The same person, referred after what happened on the earlier road."""
    days = [earlier.entry.received_on, *(each.on for each in earlier.facts)]
    closed = [lived.cycles[each.cycle].closed_on for each in earlier.facts if each.cycle]
    after = max([*days, *(each for each in closed if each)]) if _ended(lived, earlier) else earlier.entry.received_on
    on = min(after + timedelta(days=chance.randint(1, 20)), lived.today)
    return Life(life.name, earlier.person, replace(life.entry, received_on=on, city=earlier.entry.city))


def _cycle(chance: Random, name: str, city: str, first: date, today: date) -> Cycle:
    begins = chance.randrange(MODULES)
    order = tuple((begins + nth) % MODULES + 1 for nth in range(MODULES))
    sessions: list[Session] = []
    for nth, module in enumerate(order):
        planned = first + timedelta(weeks=nth)
        moved = planned + timedelta(days=chance.choice((1, 2, 3)) if chance.random() < 0.15 else 0)
        sessions.append(Session(f"{name}-{nth + 1}", module, planned, moved))
    if chance.random() < 0.3:
        on = first + timedelta(weeks=MODULES)
        sessions.append(Session(f"{name}-x", chance.choice(order), on, on, extra=True))
    for each in sessions:
        if chance.random() < 0.06:
            each.cancelled = "facilitator_ill"
        else:
            each.held = each.on <= today
    closed = max(each.on for each in sessions) + timedelta(days=chance.randrange(5))
    over = closed <= today and chance.random() < 0.9
    return Cycle(name, city, first - timedelta(days=20), order, sessions, closed if over else None)


def _entry(chance: Random, organisations: list[Organisation], on: date) -> Entry:
    city = chance.choice(CITIES)
    if chance.random() < 0.15:
        return Entry(on, "self", city)
    of = chance.choice(organisations).on(on)
    return Entry(on, of.sector, city, of.name, chance.choice(of.referrers), of.city)


class _Walk:
    """One life, step by step; what would happen after today has not happened."""

    def __init__(self, lived: Year, life: Life, chance: Random) -> None:
        self.year, self.life, self.random = lived, life, chance
        self.day, self.carried = life.entry.received_on, lived.carried(life)

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def on(self, least: int, most: int) -> bool:
        """Some days pass; False when today is reached."""
        self.day += timedelta(days=self.random.randint(least, most))
        return self.day <= self.year.today

    def add(self, kind: str, **about: object) -> None:
        self.life.add(kind, self.day, **about)

    def twice(self, original: Life) -> None:
        """It turns out to be a duplicate."""
        if self.chance(0.5) and self.on(1, 10):
            self.add("intake")
            if self.chance(0.5) and self.on(0, 5):
                self.add("accept")
        if self.on(0, 10):
            self.add("link-duplicate", of=original.name)
        else:
            self.life.facts.clear()
            self.life.add("link-duplicate", self.life.entry.received_on, of=original.name)

    def live(self) -> None:
        if self.chance(0.04):
            if self.on(0, 5):
                self.add("retract")
            return
        if self.chance(0.05):
            if self.on(0, 10):
                self.add("withdraw", reason=self.random.choice(LEFT))
            return
        if self.chance(0.1) and not self._held():
            return
        if not self.on(1, 14):
            return
        unmet = self.chance(0.1)
        self.add("intake", reason=("language", "") if unmet else ("", ""))
        if not self.on(0, 14):
            return
        if unmet:
            self.add("decline-not-eligible", reason=("language", ""))
        elif self.chance(0.07):
            self.add("decline-not-suitable", reason=("no_request_for_help", ""))
        elif self.chance(0.97):
            self.add("accept")
            self.wait()

    def _held(self) -> bool:
        """He is put on hold; whether he goes on."""
        if not self.on(1, 10):
            return False
        self.add("hold", until=self.day + timedelta(days=30))
        if self.chance(0.2) or not self.on(5, 40):
            return False
        self.add("resume")
        return True

    def wait(self) -> None:
        """From the waiting list on, as often as it comes to that."""
        while self.on(1, 6):
            started = bool(self.life.present())
            if self.chance(0.06):
                self.add("transfer", city=next(each for each in CITIES if each != self.life.city_on()))
                continue
            if not started and self.chance(0.08):
                if not self._withdrawn():
                    return
                continue
            if not started and self.chance(0.06):
                if not self._held():
                    return
                continue
            if not self._placed():
                return

    def _withdrawn(self) -> bool:
        self.add("withdraw", reason=self.random.choice(LEFT))
        if self.chance(0.6) or not self.on(3, 60):
            return False
        self.add("resume")
        return True

    def _placed(self) -> bool:
        """The next group that he can join; whether he waits again after it."""
        found = next((each for each in self._groups() if self._ahead(each)), None)
        if found is None:
            return False
        self.day = max(self.day, found.planned_on)
        if self.day > self.year.today:
            return False
        offered = self.chance(0.4)
        begins = self.day + timedelta(days=2 if offered else 0)
        self.add("offer-place" if offered else "place", cycle=found.name, until=begins)
        if offered:
            if not self.on(0, 2):
                return False
            if self.chance(0.2):
                self.add("refuse-place", reason=self.random.choice(REFUSED), cycle=found.name)
                return True
            self.add("accept-place", cycle=found.name)
        found.people.add(self.life.name)
        return self._stay(found, begins)

    def _groups(self) -> list[Cycle]:
        """Those of his city, by their first day, that have room and in which he never had a place."""
        had = {each.cycle for each in self.life.facts}
        return sorted(
            (
                each
                for each in self.year.cycles.values()
                if each.city == self.life.city_on() and len(each.people) < FULL and each.name not in had
            ),
            key=lambda each: (each.by_day()[0].on, each.name),
        )

    def _ahead(self, cycle: Cycle) -> list[Session]:
        """The sessions of it still to come that he would attend; a week at least before the last one."""
        ahead = [each for each in cycle.by_day() if each.on > self.day + timedelta(days=3) and not each.cancelled]
        if not (self.life.present() or self.carried):
            ahead = ahead[next((nth for nth, each in enumerate(ahead) if each.entry), len(ahead)) :]
        return [each for each in ahead if not each.extra and each.module not in self._modules()]

    def _modules(self) -> set[int]:
        return self.carried | self.year.modules(self.life)

    def _stay(self, cycle: Cycle, begins: date) -> bool:
        """He comes to its sessions from that day on, or not, until something ends it; whether he waits again."""
        entered = bool(self.life.present() or self.carried)
        for each in cycle.by_day():
            entered = entered or each.entry
            if each.on < max(self.day, begins) or each.cancelled or not entered or each.module in self._modules():
                continue
            if not each.held:
                return False
            self.day = each.on
            mark = self.random.choices(MARKS, (8, 1, 1))[0]
            self.add("mark", cycle=cycle.name, session=each.name, mark=mark)
            if len(self._modules()) == MODULES:
                return False
            if (ended := self._ended(cycle)) is not None:
                return ended
        self.day = cycle.closed_on or self.day
        return cycle.closed_on is not None

    def _ended(self, cycle: Cycle) -> bool | None:
        """What ends a stay after a session: None when nothing does, else whether he waits again."""
        started, drawn = bool(self.life.present()), self.random.random()
        after = self.day + timedelta(days=self.random.randrange(1, 3))
        if drawn > 0.12 or after > self.year.today:
            return None
        self.day = after
        if started and drawn < 0.06:
            self.add("stop", reason=self.random.choice(LEFT))
            return self._back("return", 0.5)
        if drawn < 0.09:
            self.add("pause", until=self.day + timedelta(days=60))
            return self._back("go-on", 0.7)
        if started:
            self.add("give-back-place", cycle=cycle.name)
            return True
        return self._withdrawn()

    def _back(self, kind: str, chance: float) -> bool:
        if not self.chance(chance) or not self.on(3, 50):
            return False
        self.add(kind)
        return True
