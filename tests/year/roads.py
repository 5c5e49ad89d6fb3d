"""Which requests tell the lives of a year, some of it told wrong first and then corrected or taken back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from shared.http.auth import Role
from tests.year.groups import Telling
from tests.year.programme import Programme
from tests.year.telling import Body, Request
from tests.year.truth import CITIES, MODULES, Entry, Fact, Life

CRITERIA = (
    "language", "denial", "acute_addiction", "acute_psychiatry", "cognitive", "judicial_measure", "unsafe", "minor",
)  # fmt: skip
REFERRAL = {
    "withdraw", "hold", "resume", "intake", "decline-not-eligible", "decline-not-suitable", "accept", "transfer",
    "take-back", "retract", "link-duplicate",
}  # fmt: skip
ASKS = {"place", "offer-place"}
PLACES = {"place", "accept-place"}
STEPS = {
    "intake": "intake", "accept": "acceptance", "decline-not-suitable": "decline", "decline-not-eligible": "decline",
    "hold": "hold", "withdraw": "withdrawal", "retract": "retraction", "link-duplicate": "retraction",
}  # fmt: skip
VOID = {"retract", "link-duplicate"}
LEFT = ("personal", "illness")


def tell_register(telling: Telling) -> list[Request]:
    """The organisations, who refers for them, and which of them is a part of another."""
    begun: list[Request] = []
    for each in telling.year.organisations:
        body = {"organisation_id": each.name, "name": f"Organisation {each.name}", "sector": each.sector}
        body |= {"city": each.city, "since": "2005-01-01"}
        first = telling.add("referral", "/organisations", body, {each.name}, role=Role.COORDINATOR)
        for name in each.referrers:
            named = {"referrer_id": name, "organisation_id": each.name, "name": "Iemand", "email": "i@example.org"}
            how: dict[str, Any] = {"role": Role.COORDINATOR, "after": [first]}
            begun.append(telling.add("referral", "/referrers", named, {each.name}, **how))
    for each in telling.year.organisations:
        if each.merged:
            since, into = each.merged
            body = {"into": into.name, "since": str(since)}
            how = {"role": Role.COORDINATOR, "after": list(begun)}
            telling.add("referral", f"/organisations/{each.name}/merge", body, {each.name, into.name}, **how)
    return begun


def tell_lives(telling: Telling, begun: list[Request]) -> None:
    """Each life until today."""
    lives = telling.year.lives.values()
    telling.originals |= {fact.of for life in lives for fact in life.of("link-duplicate")}
    telling.originals |= {each.name for each in lives if each.counts and not each.erased and telling.chance(0.1)}
    roads = [_Road(telling, each) for each in lives]
    for each in roads:
        each.begin(begun)
    for each in roads:
        each.told()


@dataclass
class _Road:
    """One life: what is told of it comes in its order, but for the marks."""

    telling: Telling
    life: Life
    last: Request = field(init=False)
    mended: list[Request] = field(default_factory=list)
    been: list[str] = field(default_factory=list)

    def begin(self, begun: list[Request]) -> None:
        """How it came in."""
        self.last = self.telling.received[self.life.name] = self._received(begun)

    def told(self) -> None:
        """What happened then."""
        for fact in self.life.facts:
            if fact.kind == "mark":
                self._mark(fact)
                continue
            self._wrong_first(fact)
            if fact.of != self.life.name:
                self._fact(fact)
        last = self.life.before(None)
        over = last and last.kind in PLACES and self.telling.year.cycles[last.cycle].closed_on
        end = [self.telling.closed_of(last.cycle)] if last and over else []
        self.telling.ended[self.life.name] = [self.last, *self.mended, *end]
        if self.life.erased:
            self._erased(end)

    def _erased(self, end: list[Request]) -> None:
        """His name is forgotten, once all of him was told."""
        heard = [self.last, *self.mended, *end]
        path = f"/referrals/{self.life.name}/person?why=asked-by-person"
        self._request("referral", path, {}, [], heard=heard, role=Role.DATA_PROTECTION, method="DELETE")

    def _received(self, begun: list[Request]) -> Request:
        entry, wrong = self.life.entry, self._wrong_entry()
        who = {"referral_id": self.life.name, "person_id": self.life.person}
        name = {"person": {"name": f"Synthetic {self.life.person}"}}
        first = self._request("referral", "/referrals", who | name | _entry(wrong or entry), begun)
        if wrong:
            body = _entry(entry) | {"on": str(self.telling.year.today)}
            right = self._request("referral", f"/referrals/{self.life.name}/correct", body, [first])
            self.mended.append(right)
            self.telling.originals.add(self.life.name)
        return first

    def _wrong_entry(self) -> Entry | None:
        """How it was told that he came in: in another city, earlier, or from somebody else."""
        entry, chance = self.life.entry, self.telling.random
        if not self.telling.noise("wrong entry", 0.1):
            return None
        match chance.randrange(3):
            case 0:
                return replace(entry, received_on=entry.received_on - timedelta(days=chance.randint(1, 40)))
            case 1:
                return replace(entry, city=next(each for each in CITIES if each != entry.city))
            case _:
                of = chance.choice(self.telling.year.organisations).on(entry.received_on)
                return Entry(entry.received_on, of.sector, entry.city, of.name, of.referrers[0], of.city)

    def _request(self, service: str, path: str, body: Any, after: list[Request], **how: Any) -> Request:
        return self.telling.add(service, path, body, {self.life.name, *self.been}, after=after, **how)

    def _fact(self, fact: Fact) -> Request:
        """The next that happened, once what it needs was told, and heard where another service told it."""
        service = "referral" if fact.kind in REFERRAL else "carousel"
        after, heard = [self.last, *self._needs(fact)], []
        if self.last.service != service:
            heard = [self.last, *self.mended]
        if service == "referral":
            heard += [each for each in self.mended if each.service != service]
        else:
            after += [each for each in self.mended if each.service == service]
        root = "/referrals" if service == "referral" else "/participations"
        kind = {"go-on": "resume", "hold": "put-on-hold"}.get(fact.kind, fact.kind)
        path = f"{root}/{self.life.name}/{kind}"
        if fact.cycle and fact.cycle not in self.been:
            self.been.append(fact.cycle)
        self.last = self._request(service, path, _body(fact), after, heard=heard)
        if fact.cycle:
            self.telling.asked[fact.cycle].append(self.last)
        self.telling.steps[self.life.name].append((fact.on, self.last))
        if fact.kind in PLACES:
            self.telling.placed[self.life.name, fact.cycle] = self.last
        return self.last

    def _needs(self, fact: Fact) -> list[Request]:
        """What was told of the groups in which he was, and of the one that he joins."""
        needs = [each for cycle in self.been for each in self.telling.mended[cycle]]
        if fact.kind in ASKS:
            needs += [self.telling.planned[fact.cycle], *self.telling.joinable[fact.cycle]]
            needs += [request for on, request in self.telling.late[fact.cycle] if on < fact.on]
            before = self.life.before(fact)
            if before and before.kind in PLACES:
                needs.append(self.telling.closed_of(before.cycle))
            for earlier in self.telling.year.earlier(self.life):
                needs += self.telling.ended[earlier.name]
        if fact.kind in VOID:
            needs += [each for each in self.mended if each.service == "referral"]
        if fact.of in self.telling.received:
            needs.append(self.telling.received[fact.of])
        if fact.kind == "stop":
            came = [each for each in self.life.present() if (self.life.name, each.session) in self.telling.marked]
            chosen = self.telling.random.choice(came)
            needs.append(self.telling.marked[self.life.name, chosen.session])
        return needs

    def _mark(self, fact: Fact) -> None:
        """A mark that could not be given with the others, or was given wrong."""
        body = {"referral_id": self.life.name, "mark": fact.mark, "on": str(fact.on)}
        told, which = self.telling.told_marks, (self.life.name, fact.session)

        async def made(_: Programme) -> Body | None:
            return None if which in told else body

        path = f"sessions/{fact.session}/correct"
        after = [self.telling.sheets[fact.session], self.telling.placed[self.life.name, fact.cycle]]
        self.telling.marked[which] = request = self.telling.of_cycle(fact.cycle, path, made, after=after)
        self.telling.steps[self.life.name].append((fact.on, request))
        if which in self.telling.wrong:
            self.mended.append(request)
        self._stopped_in_error(fact)

    def _stopped_in_error(self, fact: Fact) -> None:
        """A stop that did not happen, told of the last session of a stay that he attended."""
        stays = [each for each in self.life.present() if each.cycle == fact.cycle]
        done = self.telling.year.carried(self.life) | self.telling.year.modules(self.life)
        if not stays or stays[-1] != fact or len(done) == MODULES or not self.telling.noise("stop in error", 0.1):
            return
        self._fact(Fact("stop", fact.on, reason=LEFT))
        self._fact(Fact("revoke-stop", fact.on))
        self.mended.append(self.last)

    def _wrong_first(self, fact: Fact) -> None:
        """Another step than the one that was taken, taken back."""
        in_group = any(each.on < fact.on for each in self.life.present())
        if in_group or fact.kind not in {"intake", "accept", "decline-not-suitable", "withdraw", "hold", *ASKS}:
            return
        if not self.telling.noise(f"another step than {fact.kind}", 0.12):
            return
        kinds = {
            "intake": ["intake", "hold", "withdraw", "retract", "link-duplicate"],
            "accept": ["decline-not-suitable", "hold", "withdraw", "retract", "link-duplicate"],
            "decline-not-suitable": ["accept", "withdraw", "hold"],
            "place": ["hold", "withdraw", "retract", "link-duplicate"],
            "offer-place": ["hold", "withdraw", "retract", "link-duplicate"],
        }.get(fact.kind, ["hold", "withdraw"])
        others = sorted(self.telling.originals - {self.life.name})
        if self.life.name in self.telling.originals or not others:
            kinds = [each for each in kinds if each not in VOID]
        kind = self.telling.random.choice(kinds)
        reason = {"decline-not-suitable": ("no_request_for_help", ""), "withdraw": LEFT}.get(kind, ("", ""))
        of = self.telling.random.choice(others) if kind == "link-duplicate" else ""
        self._fact(Fact(kind, fact.on, reason=reason, until=fact.on + timedelta(days=20), of=of))
        self._fact(Fact("take-back", fact.on, of=STEPS[kind]))


def _entry(entry: Entry) -> dict[str, Any]:
    on = str(entry.received_on)
    informed = {} if entry.sector == "self" else {"informed_on": on, "informed_by": "referrer"}
    return {
        "referrer_id": entry.referrer, "organisation_id": entry.organisation, "sector": entry.sector,
        "referrer_city": entry.referrer_city, "city_of_residence": entry.city, "preferred_city": entry.city,
        "received_on": on, **informed,
    }  # fmt: skip


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
            return body | {"cycle_id": fact.cycle, "from_on": str(fact.until or fact.on)}
        case "give-back-place":
            return body | {"cycle_id": fact.cycle}
        case "take-back":
            return body | {"step": fact.of}
        case "transfer":
            return body | {"city": fact.city}
        case "link-duplicate":
            return body | {"of": fact.of}
        case _:
            return body
