"""Who may ask what of the carousel, as data: every route, whom it is about, and whom a facilitator may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple

from shared.domain.clock import today
from shared.http.auth import Role
from tests.carousel.desk import FACILITATORS, MODULES, monday

TODAY = str(today())
PERIOD = f"since={monday(-60)}&until={monday(60)}"
OWN, OTHER, THIRD = "intro", "other", "third"
HERE, THERE = "Oostende", "Brugge"
NOTE = "Gebeld."
About = Literal["nobody", "offer", "cycle", "person", "task", "two people", "person and cycle"]


class Somebody(NamedTuple):
    """A participation: the organisation of his group, the last one too; his city; whether he waits now."""

    organisation: str | None
    city: str
    waits: bool


PEOPLE = {
    "r-own": Somebody(OWN, HERE, waits=False),
    "r-in": Somebody(OWN, HERE, waits=False),
    "r-offered": Somebody(OWN, HERE, waits=False),
    "r-far": Somebody(OTHER, HERE, waits=False),
    "r-gone": Somebody(OTHER, HERE, waits=False),
    "r-back": Somebody(OTHER, HERE, waits=True),
    "r-waits": Somebody(None, HERE, waits=True),
    "r-paused": Somebody(None, HERE, waits=False),
    "r-there": Somebody(None, THERE, waits=True),
}
CYCLES = {"c-own": (OWN, HERE), "c-far": (OTHER, HERE), "c-there": (OTHER, THERE)}
TASKS = {"r-own": OWN, "r-far": OTHER}
OFFERS = {"g-force": HERE, "o-there": THERE}
MISSING = "nobody-knows"


class Who(NamedTuple):
    """A caller."""

    role: Role | None
    organisation: str | None
    city: str

    @property
    def facilitator(self) -> bool:
        return self.role is Role.FACILITATOR

    def sees(self, name: str) -> bool:
        """Whom his organisation has or had in a group; who waits, or had no group yet, in his city."""
        if name not in PEOPLE or not self.facilitator:
            return False
        person = PEOPLE[name]
        own = person.organisation is not None and person.organisation == self.organisation
        return own or (person.city == self.city and (person.organisation is None or person.waits))

    def runs(self, cycle: str) -> bool:
        """The cycles of his organisation."""
        return self.facilitator and cycle in CYCLES and CYCLES[cycle][0] == self.organisation

    def reads_cycle(self, cycle: str) -> bool:
        """Those, and for a coordinator the calendar of his city."""
        return self.runs(cycle) or (self.role is Role.COORDINATOR and CYCLES[cycle][1] == self.city)

    def closes(self, name: str) -> bool:
        """The task of a person, when it arose in a group of his organisation."""
        return self.facilitator and name in TASKS and TASKS[name] == self.organisation


CALLERS = [Who(*each) for each in product((None, *Role), (OWN, OTHER, THIRD, None), (HERE, THERE))]


@dataclass(frozen=True)
class Route:
    """One route: who may ask it, whom it is about, and something sensible to ask."""

    method: str
    path: str
    roles: frozenset[Role]
    about: About = "nobody"
    body: Any = None
    query: str = ""

    def objects(self) -> list[tuple[str, ...]]:
        """Whom it can be asked about: all there are, and nobody."""
        people, cycles = [*PEOPLE, MISSING], [*CYCLES, MISSING]
        kinds: dict[About, list[tuple[str, ...]]] = {
            "nobody": [()],
            "offer": [(each,) for each in OFFERS],
            "cycle": [(each,) for each in cycles],
            "person": [(each,) for each in people],
            "task": [(each,) for each in people],
            "two people": [*product(("r-in", "r-waits", "r-far", MISSING), ("r-own", "r-paused", "r-far", MISSING))],
            "person and cycle": [*product(people, ("c-own", "c-far", MISSING))],
        }
        return kinds[self.about]

    def allows(self, who: Who, about: tuple[str, ...]) -> bool:
        """Whether this caller may ask it about these."""
        match self.about:
            case "nobody":
                return self.path != "/cycles" or self.method == "GET" or (who.city == HERE and bool(who.organisation))
            case "offer":
                return OFFERS[about[0]] == who.city
            case "cycle":
                return who.runs(about[0])
            case "person":
                return who.sees(about[0]) or (self.method == "DELETE" and who.closes(about[0]))
            case "task":
                return who.closes(about[0])
            case "two people":
                return all(map(who.sees, about))
            case "person and cycle":
                return who.sees(about[0]) and who.runs(about[1])

    def url(self, about: tuple[str, ...]) -> str:
        """Its path about these; of a cycle its second session, of a person his first task."""
        first = about[0] if about else ""
        ids = {"cycle_id": first, "session_id": f"{first}-2", "referral_id": first, "task_id": "1"}
        return self.path.format(**ids) + (f"?{self.query}" if self.query else "")

    def sent(self, about: tuple[str, ...]) -> Any:
        """Its body about these."""
        second = {"two people": "other_id", "person and cycle": "cycle_id", "offer": "offer_id"}.get(self.about)
        return self.body if second is None else {**self.body, second: about[-1]}


def _routes() -> Iterator[Route]:
    work, calendar = frozenset({Role.FACILITATOR}), frozenset({Role.FACILITATOR, Role.COORDINATOR})
    day, why = {"on": TODAY}, {"category": "practical", "code": "work", "on": TODAY}
    place = {"from_on": str(monday(-30)), "on": TODAY}
    session, person = "/cycles/{cycle_id}/sessions/{session_id}", "/participations/{referral_id}"
    task = f"{person}/safety-tasks/{{task_id}}"
    offer = {"language": "nl", "modules": MODULES[:5], "on": TODAY}
    cycle = {
        "cycle_id": "c-new", "offer_id": "g-force", "city": HERE, "place": "Ergens", "part_of_day": "evening",
        "first_on": str(monday(1)), "starts": "19:00", "capacity": 8, "facilitators": FACILITATORS, "on": TODAY,
    }  # fmt: skip
    catch_up = {"session_id": "again", "module": 1, "held_on": str(monday(9)), "starts": "19:00", "on": TODAY}
    slot = f"city={HERE}&{PERIOD}"
    yield Route("POST", "/offers", frozenset({Role.COORDINATOR}), "offer", offer)
    yield Route("GET", "/offers", calendar)
    yield Route("POST", "/cycles", work, "nobody", cycle)
    yield Route("GET", "/cycles", calendar, query=PERIOD)
    for path in ("board", "proposals"):
        yield Route("GET", f"/cycles/{{cycle_id}}/{path}", work, "cycle")
    yield Route("GET", session, work, "cycle")
    steps: dict[str, Any] = {
        "move": {"to": str(monday(2)), "starts": "20:00", "on": TODAY},
        "cover": {"absent": "f-1", "cover": "f-3", "on": TODAY},
        "hold": {"attendance": [], "on": TODAY},
        "correct": {"referral_id": "r-own", "mark": "absent", "on": TODAY},
        "cancel": {"reason": "weather", "on": TODAY},
        "reinstate": day,
        "correct-day": {"held_on": str(monday(-3)), "starts": "20:00", "on": TODAY},
        "reopen": day,
        "capacity": {"capacity": 9, "on": TODAY},
    }
    for path, body in steps.items():
        yield Route("POST", f"{session}/{path}", work, "cycle", body)
    yield Route("POST", "/cycles/{cycle_id}/catch-up", work, "cycle", catch_up)
    yield Route("POST", "/cycles/{cycle_id}/close", work, "cycle", day)
    yield Route("POST", "/cycles/{cycle_id}/cancel", work, "cycle", {"reason": "weather", "on": TODAY})
    yield Route("POST", "/cycles/{cycle_id}/capacity", work, "cycle", {"capacity": 9, "on": TODAY})
    yield Route("POST", "/cycles/{cycle_id}/facilitators", work, "cycle", {"facilitators": ["f-1", "f-9"], "on": TODAY})
    yield Route("GET", "/waiting-list", work)
    yield Route("GET", "/continuity", work, query=PERIOD)
    yield Route("GET", "/barriers", work, query=slot)
    more = "weekday=monday&part_of_day=evening&category=practical&code=work"
    yield Route("GET", "/barriers/what-if", work, query=f"{slot}&{more}")
    for path in ("", "/timeline", "/forecast"):
        yield Route("GET", f"{person}{path}", work, "person")
    for path in ("offer-place", "place"):
        yield Route("POST", f"{person}/{path}", work, "person and cycle", place)
    yield Route("POST", f"{person}/make-up", work, "person and cycle", {"session_id": "c-far-3", "on": TODAY})
    steps = {
        "follow-offer": {"offer_id": "g-force", "on": TODAY}, "accept-place": day,
        "drop-make-up": {"cycle_id": "c-far", "session_id": "c-far-3", "on": TODAY},
        "refuse-place": why, "give-back-place": {"cycle_id": "c-own", "on": TODAY},
        "pause": {"review_on": str(monday(4)), "on": TODAY}, "resume": day, "stop": why, "revoke-stop": day,
        "return": day,
    }  # fmt: skip
    for path, body in steps.items():
        yield Route("POST", f"{person}/{path}", work, "person", body)
    for path in ("keep-apart", "let-together"):
        yield Route("POST", f"{person}/{path}", work, "two people", day)
    yield Route("POST", f"{task}/close", work, "task", {"note": NOTE, "on": TODAY})
    yield Route("POST", f"{task}/note/look", work, "task")
    yield Route("DELETE", f"{person}/notes", work, "person")
    for path in ("unrecorded-sessions", "absent-twice", "paused-past-review", "safety-tasks"):
        yield Route("GET", f"/worklists/{path}", work)


ROUTES = tuple(_routes())
