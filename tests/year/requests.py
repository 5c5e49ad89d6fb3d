"""Which requests tell a year: the groups, their sessions, and every life."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

from shared.http.auth import Role
from tests.year.programme import Programme
from tests.year.telling import Body, Request
from tests.year.truth import MODULES, Cycle, Fact, Life, Session, Year

CRITERIA = (
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
)  # fmt: skip
REFERRAL = {
    "withdraw", "hold", "resume", "intake", "decline-not-eligible", "decline-not-suitable", "accept", "transfer",
}  # fmt: skip
PLACES = {"place", "accept-place"}
TWICE = 0.08


class Telling:
    """Makes the requests of a year."""

    def __init__(self, year: Year, random: Random) -> None:
        self.year, self.random = year, random
        self.all: list[Request] = []
        self.planned: dict[str, Request] = {}
        self.held: dict[str, Request] = {}
        self.closed: dict[str, Request] = {}
        self.placed: dict[tuple[str, str], Request] = {}
        self.marked: dict[tuple[str, str], Request] = {}
        self.marks: dict[str, dict[str, Fact]] = defaultdict(dict)
        self.told_marks: set[tuple[str, str]] = set()

    def requests(self) -> list[Request]:
        """All of them, each with those that it comes after."""
        for life in self.year.lives.values():
            for fact in life.of("mark"):
                self.marks[fact.session][life.name] = fact
        begun = self._programme()
        for cycle in self.year.cycles.values():
            self._cycle(cycle, begun)
        for life in self.year.lives.values():
            self._life(life, begun)
        for cycle in self.year.cycles.values():
            self._close(cycle)
        return self.all

    def add(self, service: str, path: str, body: Any, of: set[str], **how: Any) -> Request:
        """One more, sometimes told twice."""
        request = Request(service, path, body, frozenset(of), **how)
        request.twice = self.random.random() < TWICE
        self.all.append(request)
        return request

    def _programme(self) -> list[Request]:
        """What everything else needs: the project, organisations, who refers for them, the offer."""
        begun: list[Request] = []
        for each in self.year.organisations:
            body = {"organisation_id": each.name, "name": f"Organisation {each.name}", "sector": each.sector}
            body |= {"city": each.city, "since": "2005-01-01"}
            first = self.add("referral", "/organisations", body, {each.name}, role=Role.COORDINATOR)
            for name in each.referrers:
                named = {"referrer_id": name, "organisation_id": each.name, "name": "Iemand", "email": "i@example.org"}
                begun.append(
                    self.add("referral", "/referrers", named, {each.name}, role=Role.COORDINATOR, after=[first])
                )
        modules = [
            {
                "number": n,
                "title": dict.fromkeys(("nl", "fr", "en"), f"M{n}"),
                "minutes": 120,
                "entry_allowed": n < MODULES,
            }
            for n in range(1, MODULES + 1)
        ]
        offer = {"offer_id": "offer", "language": "nl", "modules": modules, "on": str(self.year.today)}
        begun.append(self.add("carousel", "/offers", offer, {"carousel"}, role=Role.COORDINATOR))
        return begun

    def carousel(self, path: str, body: Any, **how: Any) -> Request:
        return self.add("carousel", path, body, {"carousel"}, **how)

    def _cycle(self, cycle: Cycle, begun: list[Request]) -> None:
        first = cycle.sessions[0].planned_on
        plan = {
            "cycle_id": cycle.name, "offer_id": "offer", "city": cycle.city, "place": "Huis van het Kind",
            "part_of_day": "evening", "first_on": str(first), "starts": "19:00", "capacity": 30, "order": cycle.order,
            "facilitators": ["f-1", "f-2"], "on": str(cycle.planned_on),
        }  # fmt: skip
        last = self.carousel("/cycles", plan, after=begun)
        for each in cycle.sessions:
            path = f"/cycles/{cycle.name}/sessions/{each.name}"
            if not each.extra:
                last = self.carousel(f"{path}/move", self._to_planned(cycle, each), after=[last])
        self.planned[cycle.name] = last
        for each in cycle.sessions:
            self._session(cycle, each, last)

    def _to_planned(self, cycle: Cycle, session: Session) -> Any:
        """A plan leaves holidays out; this one does not."""

        async def body(programme: Programme) -> Body | None:
            sheet = await programme.read(
                "carousel", f"/cycles/{cycle.name}/sessions/{session.name}", role=Role.FACILITATOR
            )
            if sheet["held_on"] == str(session.planned_on):
                return None
            return {"to": str(session.planned_on), "starts": "19:00", "on": str(cycle.planned_on)}

        return body

    def _session(self, cycle: Cycle, session: Session, planned: Request) -> None:
        path, last = f"/cycles/{cycle.name}/sessions/{session.name}", planned
        before = min(session.planned_on, self.year.today)
        if session.extra:
            body = {"session_id": session.name, "module": session.module, "held_on": str(session.planned_on)}
            body |= {"starts": "19:00", "on": str(before)}
            last = self.carousel(f"/cycles/{cycle.name}/catch-up", body, after=[last])
        if session.on != session.planned_on:
            body = {"to": str(session.on), "starts": "19:00", "on": str(before)}
            last = self.carousel(f"{path}/move", body, after=[last])
        if session.cancelled:
            body = {"reason": session.cancelled, "on": str(before)}
            last = self.carousel(f"{path}/cancel", body, after=[last])
        elif session.held:
            last = self.carousel(f"{path}/hold", self._attendance(path, session), after=[last])
        self.held[session.name] = last

    def _attendance(self, path: str, session: Session) -> Any:
        """Those of whom something is true and who are known in the group by now; who else is expected was not there."""

        async def body(programme: Programme) -> Body:
            cycle = path.split("/")[2]
            sheet = await programme.read("carousel", path, role=Role.FACILITATOR)
            marks = {each["referral"]: "excused" for each in sheet["expected"]}
            for name, fact in self.marks[session.name].items():
                if self.placed[name, cycle].told:
                    marks[name] = str(fact.mark)
                    self.told_marks.add((name, session.name))
            return {"attendance": sorted(marks.items()), "on": str(session.on)}

        return body

    def _life(self, life: Life, begun: list[Request]) -> None:
        entry = life.entry
        informed = {} if entry.sector == "self" else {"informed_on": str(entry.received_on), "informed_by": "referrer"}
        body = {
            "referral_id": life.name, "person_id": life.person, "person": {"name": f"Synthetic {life.person}"},
            "referrer_id": entry.referrer, "organisation_id": entry.organisation, "sector": entry.sector,
            "referrer_city": entry.referrer_city, "city_of_residence": entry.city, "preferred_city": entry.city,
            "received_on": str(entry.received_on), **informed,
        }  # fmt: skip
        last = self.add("referral", "/referrals", body, {life.name}, after=begun)
        stay: list[Request] = []
        for fact in life.facts:
            if fact.kind == "mark":
                stay.append(self._late(life, fact))
                continue
            if fact.kind == "stop":
                came = [self.marked[life.name, each.session] for each in life.present() if each.on <= fact.on]
                stay = [self.random.choice(came)]
            else:
                stay = []
            last = self._fact(life, fact, last, stay)

    def _fact(self, life: Life, fact: Fact, last: Request, also: list[Request]) -> Request:
        service = "referral" if fact.kind in REFERRAL else "carousel"
        heard = [last] if last.service != service and service == "carousel" else []
        after = [*also, last]
        kind = {"go-on": "resume"}.get(fact.kind, fact.kind)
        if fact.kind in {"place", "offer-place"}:
            after.append(self.planned[fact.cycle])
            after += [self.closed_of(each) for each in self._before(life, fact)]
        root = "/referrals" if service == "referral" else "/participations"
        request = self.add(
            service, f"{root}/{life.name}/{kind}", _body(fact),
            {life.name} if service == "referral" else {"carousel"}, after=after, heard=heard,
        )  # fmt: skip
        if fact.kind in PLACES:
            self.placed[life.name, fact.cycle] = request
        return request

    def _before(self, life: Life, fact: Fact) -> list[str]:
        """The groups in which he had a place before."""
        earlier = life.facts[: life.facts.index(fact)]
        return [each.cycle for each in earlier if each.kind in PLACES and self.year.cycles[each.cycle].closed_on]

    def closed_of(self, cycle: str) -> Request:
        """The end of a group, which is told once everybody had his place."""
        if cycle not in self.closed:
            body = {"on": str(self.year.cycles[cycle].closed_on)}
            self.closed[cycle] = self.carousel(f"/cycles/{cycle}/close", body)
        return self.closed[cycle]

    def _late(self, life: Life, fact: Fact) -> Request:
        """A mark that could not be given with the others."""
        body = {"referral_id": life.name, "mark": fact.mark, "on": str(fact.on)}

        async def made(_: Programme) -> Body | None:
            return None if (life.name, fact.session) in self.told_marks else body

        path = f"/cycles/{fact.cycle}/sessions/{fact.session}/correct"
        after = [self.held[fact.session], self.placed[life.name, fact.cycle]]
        self.marked[life.name, fact.session] = request = self.carousel(path, made, after=after)
        return request

    def _close(self, cycle: Cycle) -> None:
        if cycle.closed_on is None:
            return
        close = self.closed_of(cycle.name)
        close.after += [self.held[each.name] for each in cycle.sessions]
        close.after += [request for (_, name), request in self.placed.items() if name == cycle.name]


def _body(fact: Fact) -> dict[str, Any]:
    body: dict[str, Any] = {"on": str(fact.on)}
    match fact.kind:
        case "intake":
            results = [[each, each != fact.reason[0]] for each in CRITERIA]
            return body | {"checklist_version": 1, "results": results, "held_by": "f-1"}
        case "decline-not-eligible":
            return body | {"criterion": fact.reason[0]}
        case "decline-not-suitable":
            return body | {"reason": fact.reason[0]}
        case "withdraw" | "stop" | "refuse-place":
            return body | {"category": fact.reason[0], "code": fact.reason[1]}
        case "hold" | "pause":
            return body | {"review_on": str(fact.until)}
        case "place" | "offer-place":
            return body | {"cycle_id": fact.cycle, "from_on": str(fact.on)}
        case "give-back-place":
            return body | {"cycle_id": fact.cycle}
        case "transfer":
            return body | {"city": fact.city}
        case _:
            return body
