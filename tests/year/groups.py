"""Which requests tell the groups of a year: their plans, sessions and ends, some of it told wrong first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from shared.http.auth import Role
from tests.year.programme import Programme
from tests.year.telling import Body, Request
from tests.year.truth import MODULES, Cycle, Fact, Session, Year

TWICE, WRONG = 0.08, 0.15
MARKS = ("present", "absent", "excused")


@dataclass(repr=False)
class Telling:
    """The requests made so far, and what those that follow come after.

    `sheets` is the last request of each session, `mended` what takes back what was told wrong of a group, `joinable`
    what makes its sessions those that can be joined, `asked` every request about a place in it; `received`, `placed`
    and `marked` are those of each life, `ended` its last. `late` must be told before anybody is placed who came after
    that day. `originals` are never told to be void. `valid` are the certificates, and whether each holds in the end.
    `nobody` are the sheets of sessions to which nobody had to come, and `steps` what is told of each life and when.
    """

    year: Year
    random: Random
    all: list[Request] = field(default_factory=list)
    planned: dict[str, Request] = field(default_factory=dict)
    sheets: dict[str, Request] = field(default_factory=dict)
    closed: dict[str, Request] = field(default_factory=dict)
    mended: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    joinable: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    late: dict[str, list[tuple[date, Request]]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    received: dict[str, Request] = field(default_factory=dict)
    ended: dict[str, list[Request]] = field(default_factory=dict)
    originals: set[str] = field(default_factory=set)
    placed: dict[tuple[str, str], Request] = field(default_factory=dict)
    marked: dict[tuple[str, str], Request] = field(default_factory=dict)
    marks: dict[str, dict[str, Fact]] = field(default_factory=lambda: defaultdict(dict))
    wrong: set[tuple[str, str]] = field(default_factory=set)
    told_marks: set[tuple[str, str]] = field(default_factory=set)
    valid: list[tuple[Request, bool]] = field(default_factory=list)
    nobody: list[tuple[Cycle, Session, Request]] = field(default_factory=list)
    steps: dict[str, list[tuple[date, Request]]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, service: str, path: str, body: Any, of: set[str], **how: Any) -> Request:
        """One more, sometimes told twice."""
        request = Request(service, path, body, frozenset(of), **how)
        request.twice = self.chance(TWICE)
        self.all.append(request)
        return request

    def of_cycle(self, cycle: str, what: str, body: Any, **how: Any) -> Request:
        """One more about a group."""
        return self.add("carousel", f"/cycles/{cycle}/{what}" if what else "/cycles", body, {cycle}, **how)

    def chance(self, of: float) -> bool:
        """Whether it happens."""
        return self.random.random() < of

    def noise(self, kind: str, of: float = WRONG) -> bool:
        """Whether something is told wrong first."""
        told = self.chance(of)
        self.kinds[kind] += told
        return told

    def closed_of(self, cycle: str) -> Request:
        """The end of a group, which is told once everybody was asked for it."""
        if cycle not in self.closed:
            body = {"on": str(self.year.cycles[cycle].closed_on)}
            self.closed[cycle] = self.of_cycle(cycle, "close", body)
        return self.closed[cycle]


def tell_offer(telling: Telling) -> Request:
    """The one offer of the year."""
    modules = [
        {"number": n, "title": dict.fromkeys(("nl", "fr", "en"), f"M{n}"), "minutes": 120, "entry_allowed": n < MODULES}
        for n in range(1, MODULES + 1)
    ]
    offer = {"offer_id": "offer", "language": "nl", "modules": modules, "on": str(telling.year.today)}
    return telling.add("carousel", "/offers", offer, {"offer"}, role=Role.COORDINATOR)


def tell_groups(telling: Telling, begun: Request) -> None:
    """Each group until its end."""
    for life in telling.year.lives.values():
        for fact in life.of("mark"):
            telling.marks[fact.session][life.name] = fact
            if telling.noise("wrong mark", 0.06):
                telling.wrong.add((life.name, fact.session))
    for cycle in telling.year.cycles.values():
        _plan(telling, cycle, begun)
        for session in cycle.sessions:
            telling.sheets[session.name] = _Session(telling, cycle, session).told()


def tell_ends(telling: Telling) -> None:
    """The end of each group that is over, and when the sheets on which nobody stands may be told."""
    for cycle, session, sheet in telling.nobody:
        for name in cycle.people:
            sheet.heard += [request for on, request in telling.steps[name] if on <= session.on]
    for cycle in telling.year.cycles.values():
        if cycle.closed_on:
            close = telling.closed_of(cycle.name)
            close.after += [telling.sheets[each.name] for each in cycle.sessions] + telling.asked[cycle.name]


def _plan(telling: Telling, cycle: Cycle, begun: Request) -> None:
    plan = {
        "cycle_id": cycle.name, "offer_id": "offer", "city": cycle.city, "place": "Huis van het Kind",
        "part_of_day": "evening", "first_on": str(cycle.sessions[0].planned_on), "starts": "19:00", "capacity": 30,
        "order": cycle.order, "facilitators": ["f-1", "f-2"], "on": str(cycle.planned_on),
    }  # fmt: skip
    last = telling.of_cycle(cycle.name, "", plan, after=[begun])
    for each in cycle.sessions:
        if not each.extra:
            last = telling.of_cycle(cycle.name, f"sessions/{each.name}/move", _to_planned(cycle, each), after=[last])
    telling.planned[cycle.name] = last


def _to_planned(cycle: Cycle, session: Session) -> Any:
    """A plan leaves holidays out; this one does not."""
    path = f"/cycles/{cycle.name}/sessions/{session.name}"

    async def body(programme: Programme) -> Body | None:
        sheet = await programme.read("carousel", path, role=Role.FACILITATOR)
        if sheet["held_on"] == str(session.planned_on):
            return None
        return {"to": str(session.planned_on), "starts": "19:00", "on": str(cycle.planned_on)}

    return body


@dataclass
class _Session:
    """One session: each request comes after the one before."""

    telling: Telling
    cycle: Cycle
    session: Session
    last: Request | None = None

    def step(self, what: str, body: Any) -> Request:
        after = [self.last or self.telling.planned[self.cycle.name]]
        self.last = self.telling.of_cycle(self.cycle.name, f"sessions/{self.session.name}/{what}", body, after=after)
        return self.last

    def told(self) -> Request:
        """All that is told of it; returns the last."""
        session, before = self.session, min(self.session.planned_on, self.telling.year.today)
        self.last = self.telling.planned[self.cycle.name]
        if session.extra:
            body = {"session_id": session.name, "module": session.module, "held_on": str(session.planned_on)}
            body |= {"starts": "19:00", "on": str(before)}
            self.last = self.telling.of_cycle(self.cycle.name, "catch-up", body, after=[self.last])
        if session.on != session.planned_on:
            moved = self.step("move", {"to": str(session.on), "starts": "19:00", "on": str(before)})
            self.telling.joinable[self.cycle.name].append(moved)
        if session.held or (session.cancelled and session.on <= self.telling.year.today):
            self._wrong_first()
        if session.cancelled:
            self.step("cancel", {"reason": session.cancelled, "on": str(before)})
        elif session.held and not self.telling.marks[session.name]:
            self.telling.nobody.append((self.cycle, session, self.step("hold", self._attendance(session.on))))
        elif session.held and not self._on_another_day():
            self.step("hold", self._attendance(session.on))
        return self.last

    def _wrong_first(self) -> None:
        on = str(self.telling.year.today)
        if self.telling.noise("cancelled in error", 0.08):
            self.step("cancel", {"reason": "too_few_expected", "on": str(self.session.on)})
            self.telling.joinable[self.cycle.name].append(self.step("reinstate", {"on": on}))
        if self.telling.noise("held in error", 0.08):
            self.step("hold", self._any_attendance())
            self.telling.mended[self.cycle.name].append(self.step("reopen", {"on": on}))

    def _on_another_day(self) -> bool:
        """Held on a day that was told wrong: later than it was, for nobody waited then who did not before."""
        wrong, session = self.session.on + timedelta(days=self.telling.random.choice((1, 2))), self.session
        if wrong > self.telling.year.today or not self.telling.noise("wrong day", 0.08):
            return False
        self.step("move", {"to": str(wrong), "starts": "19:00", "on": str(session.on)})
        self.step("hold", self._attendance(wrong))
        right = {"held_on": str(session.on), "starts": "19:00", "on": str(self.telling.year.today)}
        mended = self.step("correct-day", right)
        self.telling.mended[self.cycle.name].append(mended)
        self.telling.late[self.cycle.name].append((session.on, mended))
        return True

    def _attendance(self, on: date) -> Any:
        """Those of whom something is true and who are known in the group by now; who else is expected was not there."""

        async def body(programme: Programme) -> Body:
            marks = dict.fromkeys(await self._expected(programme), "excused")
            for name, fact in self.telling.marks[self.session.name].items():
                if self.telling.placed[name, self.cycle.name].told:
                    wrong = (name, self.session.name) in self.telling.wrong
                    marks[name] = _another(str(fact.mark)) if wrong else str(fact.mark)
                    if not wrong:
                        self.telling.told_marks.add((name, self.session.name))
            self.session.excused = bool(marks)
            return {"attendance": sorted(marks.items()), "on": str(on)}

        return body

    def _any_attendance(self) -> Any:
        async def body(programme: Programme) -> Body:
            marks = [(name, self.telling.random.choice(MARKS)) for name in await self._expected(programme)]
            return {"attendance": marks, "on": str(self.session.on)}

        return body

    async def _expected(self, programme: Programme) -> list[str]:
        path = f"/cycles/{self.cycle.name}/sessions/{self.session.name}"
        sheet = await programme.read("carousel", path, role=Role.FACILITATOR)
        return [each["referral"] for each in sheet["expected"]]


def _another(mark: str) -> str:
    return "absent" if mark == "present" else "present"
