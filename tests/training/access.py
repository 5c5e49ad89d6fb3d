"""Who may ask what of the training service, as data: every route, its roles, and what it is about.

`of` says of a role what must be its own: `organiser` (its organisation gives the training, in its city), `city` (it
takes place in its city), `body` (what it sends says so), or nothing. `stage` is what a Side is asked for first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from shared.http.auth import Role
from tests.training.conftest import SOON, TODAY, ZONE, newcomer, training
from tests.training.sides import COUNTED, ON, Names, decision, event, meeting

Of: TypeAlias = Literal["organiser", "city", "body"] | None
Body: TypeAlias = Callable[[Names], Any]
TRAINS: Mapping[Role, Of] = {Role.TRAINER: "organiser"}
PLANS: Mapping[Role, Of] = {Role.TRAINER: "body"}
COORDINATES: Mapping[Role, Of] = {Role.COORDINATOR: "city"}
CONVENES: Mapping[Role, Of] = {Role.COORDINATOR: "body"}
STEERS: Mapping[Role, Of] = {Role.COORDINATOR: None, Role.STEERING: None}
READS: Mapping[Role, Of] = dict.fromkeys(set(Role) - {Role.OPS, Role.DATA_PROTECTION})
HOLDS_NAMES: Mapping[Role, Of] = {Role.TRAINER: "organiser", Role.COORDINATOR: "city", Role.DATA_PROTECTION: None}
EVALUATES: Mapping[Role, Of] = {Role.TRAINER: None, **STEERS}
ANYBODY: Mapping[Role, Of] = {}
CSV = "naam;e-mail;organisatie;sector;functie;taal\nIemand Anders;iemand{number}@x.example;{organisation};{tail}"


@dataclass(frozen=True)
class Route:
    """One route; `roles` is empty where anybody may ask, `status` is that of who may.

    `exists_openly`: which of these things there are anybody may read elsewhere.
    """

    roles: Mapping[Role, Of]
    stage: str | Mapping[Role, str] = "nothing"
    body: Body | None = None
    status: int = 200
    file: Callable[[Names], bytes] | None = None
    exists_openly: bool = False

    def stage_of(self, role: Role | None) -> str:
        return self.stage if isinstance(self.stage, str) else self.stage[role or Role.TRAINER]


def on(_: Names) -> Any:
    return ON


def moved(names: Names) -> Any:
    return ON | {"city": names["city"], "place": "Huis", "days": training(on=SOON)["days"]}


def event_moved(names: Names) -> Any:
    return ON | {key: event(names["city"])[key] for key in ("city", "place", "day")}


def given_elsewhere(names: Names) -> Any:
    return ON | {"city": names["city"], "place": "Huis", "days": training(on=TODAY)["days"]}


def event_held_elsewhere(names: Names) -> Any:
    return ON | {key: event(names["city"], TODAY)[key] for key in ("city", "day")} | {"place": "Huis"}


def described(_: Names) -> Any:
    return ON | {"kind": "in_depth", "title": "Verdieping", "trainers": ["trainer-2"]}


def profile(_: Names) -> Any:
    return ON | {"organisation_id": ZONE, "sector": "health", "function": "nurse", "language": "fr"}


def decision_again(names: Names) -> Any:
    return {key: value for key, value in decision(names).items() if key != "decision_id"} | {"text": "Twee groepen"}


def attended(names: Names) -> Any:
    return ON | {"pitched": True, "present": [names["participant_id"]]}


def somebody(names: Names) -> Any:
    return newcomer(10_000 + int(names["number"]))


def opinion(names: Names) -> Any:
    return {"token": names["token"], "score": 8, "confidence_before": 2, "confidence_after": 4}


def planned(names: Names) -> Any:
    told = ON | {"city": names["city"], "organiser": names["organisation"]}
    return training(names["training_id"]) | told


def convened(names: Names) -> Any:
    return ON | {"meeting_id": names["meeting_id"], "city": names["city"], "planned_for": SOON.isoformat()}


def listed(names: Names) -> bytes:
    tail = "Politie;Politieambtenaar;nl"
    return CSV.format(number=names["number"], organisation=names["organisation"], tail=tail).encode()


_HOLDERS = {Role.TRAINER: "opened", Role.COORDINATOR: "event", Role.DATA_PROTECTION: "opened"}
_T, _R = "/trainings/{training_id}", "/trainings/{training_id}/registrations"
_E, _M = "/network-events/{event_id}", "/steering-meetings/{meeting_id}"

ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/public/trainings"): Route(ANYBODY, "opened"),
    ("GET", "/public/network-events"): Route(ANYBODY, "event"),
    ("GET", "/calendar.ics"): Route(ANYBODY, "opened"),
    ("GET", "/certificates/{code}"): Route(ANYBODY),
    ("POST", "/certificates/{code}"): Route(ANYBODY),
    ("POST", f"/public{_R}"): Route(ANYBODY, "opened", somebody, 201),
    ("POST", f"/public{_E}/registrations"): Route(ANYBODY, "event", somebody, 201),
    ("POST", "/public/registrations/cancel"): Route(ANYBODY, "opened", lambda names: {"token": names["token"]}, 204),
    ("POST", "/public/registrations/standing"): Route(ANYBODY, "opened", lambda names: {"token": names["token"]}),
    ("POST", "/public/evaluations"): Route(ANYBODY, "asked", opinion, 204),
    ("GET", "/trainings"): Route(READS, "planned"),
    ("GET", "/network-events"): Route(READS, "event"),
    ("GET", "/organisations"): Route(READS),
    ("POST", "/trainings"): Route(PLANS, "nothing", planned, 201),
    ("POST", f"{_T}/move"): Route(TRAINS, "planned", moved),
    ("POST", f"{_T}/set-capacity"): Route(TRAINS, "planned", lambda _: ON | {"capacity": 9}),
    ("POST", f"{_T}/open-registration"): Route(TRAINS, "planned", on),
    ("POST", f"{_T}/close-registration"): Route(TRAINS, "opened", on),
    ("POST", f"{_T}/cancel"): Route(TRAINS, "planned", lambda _: ON | {"reason": "weather"}),
    ("POST", f"{_T}/revoke"): Route(TRAINS, "held", on),
    ("POST", f"{_T}/reinstate"): Route(TRAINS, "called_off", on),
    ("POST", f"{_T}/require-days"): Route(TRAINS, "planned", lambda _: ON | {"days_required": 1}),
    ("POST", f"{_T}/describe"): Route(TRAINS, "planned", described),
    ("POST", f"{_T}/correct-days"): Route(TRAINS, "held", given_elsewhere),
    ("POST", f"{_T}/hold"): Route(TRAINS, "over", attended),
    ("POST", f"{_T}/correct"): Route(TRAINS, "held", attended),
    ("POST", _R): Route(TRAINS, "opened", lambda names: somebody(names) | ON, 201),
    ("POST", f"{_R}/list"): Route({Role.TRAINER: "organiser", Role.REFERRER: None}, "opened", status=201, file=listed),
    ("POST", f"{_R}/{{participant_id}}/cancel"): Route(TRAINS, "opened", on),
    ("PUT", f"{_R}/{{participant_id}}"): Route(TRAINS, "opened", profile),
    ("POST", f"{_R}/{{participant_id}}/link"): Route(TRAINS, "opened", on),
    ("GET", f"{_T}/register"): Route(TRAINS, "opened"),
    ("GET", f"{_T}/waiting-list"): Route(TRAINS, "opened"),
    ("GET", f"{_T}/register.csv"): Route(TRAINS, "opened"),
    ("GET", f"{_T}/sign-in-sheet"): Route(TRAINS, "opened"),
    ("GET", f"{_T}/sign-in-sheet.pdf"): Route(TRAINS, "opened"),
    ("POST", f"{_T}/participants/{{participant_id}}/certificate"): Route(TRAINS, "held", on),
    ("POST", f"{_T}/evaluation/open"): Route(TRAINS, "held", on),
    ("POST", f"{_T}/evaluation/links"): Route(TRAINS, "asked", on),
    ("POST", f"{_T}/evaluation/reopen"): Route(TRAINS, "asked", on),
    ("POST", f"{_T}/evaluation/close"): Route(TRAINS, "asked", on),
    ("GET", f"{_T}/evaluation"): Route(TRAINS, "asked"),
    ("GET", f"{_T}/evaluation/improvements"): Route(TRAINS, "asked"),
    ("GET", "/evaluations"): Route(EVALUATES, "asked"),
    ("POST", "/network-events"): Route(
        CONVENES, "nothing", lambda names: event(names["city"]) | {"event_id": names["event_id"]}, 201
    ),
    ("POST", f"{_E}/move"): Route(COORDINATES, "event", event_moved),
    ("POST", f"{_E}/cancel"): Route(COORDINATES, "event", lambda _: ON | {"reason": "weather"}),
    ("POST", f"{_E}/reinstate"): Route(COORDINATES, "event_called_off", on),
    ("POST", f"{_E}/revoke"): Route(COORDINATES, "event_held", on),
    ("POST", f"{_E}/correct-day"): Route(COORDINATES, "event_held", event_held_elsewhere),
    ("POST", f"{_E}/hold"): Route(COORDINATES, "event_over", lambda _: COUNTED),
    ("POST", f"{_E}/correct"): Route(COORDINATES, "event_held", lambda _: COUNTED),
    ("POST", f"{_E}/guests/{{participant_id}}/link"): Route(COORDINATES, "event", on),
    ("GET", f"{_E}/guests"): Route(COORDINATES, "event"),
    ("GET", f"{_E}/speakers"): Route(COORDINATES, "event"),
    ("POST", "/steering-meetings"): Route(CONVENES, "nothing", convened, 201),
    ("POST", f"{_M}/hold"): Route(COORDINATES, "meeting", meeting),
    ("POST", f"{_M}/correct"): Route(COORDINATES, "met", meeting),
    ("POST", f"{_M}/cancel"): Route(COORDINATES, "meeting", on),
    ("POST", f"{_M}/revoke"): Route(COORDINATES, "met", on),
    ("PUT", f"{_M}/decisions/{{decision_id}}"): Route(COORDINATES, "decided", decision_again),
    ("POST", f"{_M}/decisions/{{decision_id}}/reopen"): Route(COORDINATES, "decided", on),
    ("POST", f"{_M}/decisions/{{decision_id}}/revoke"): Route(COORDINATES, "decided", on),
    ("POST", f"{_M}/decisions"): Route(COORDINATES, "met", decision, 201),
    ("POST", f"{_M}/decisions/{{decision_id}}/done"): Route(COORDINATES, "decided", on),
    ("GET", "/steering-meetings"): Route(STEERS, "meeting"),
    ("GET", "/decisions/open"): Route(STEERS, "decided"),
    ("POST", "/partners/{partner_id}/join"): Route(
        COORDINATES, "partner", lambda _: {"role": "police", "since": "2025-06-01"}, exists_openly=True
    ),
    ("POST", "/partners/{partner_id}/leave"): Route(
        COORDINATES, "partner", lambda _: {"until": "2025-06-01"}, exists_openly=True
    ),
    ("GET", "/partners"): Route(STEERS, "partner"),
    ("GET", "/partners/{partner_id}/history"): Route(STEERS, "partner"),
    ("GET", "/people/{person_id}/export"): Route(HOLDS_NAMES, _HOLDERS),
    ("GET", "/people/{person_id}/export.html"): Route(HOLDS_NAMES, _HOLDERS),
    ("PUT", "/people/{person_id}/restriction"): Route(HOLDS_NAMES, _HOLDERS, lambda _: {"restricted": True}, 204),
    ("PUT", "/people/{person_id}/name"): Route(HOLDS_NAMES, _HOLDERS, lambda _: {"name": "Zoë"}, 204),
    ("DELETE", "/people/{person_id}"): Route(HOLDS_NAMES, _HOLDERS, status=204),
    ("POST", "/people/{person_id}/erasure-request"): Route(
        {Role.TRAINER: "organiser", Role.COORDINATOR: "city"}, _HOLDERS, status=204
    ),
    ("GET", "/erasure-requests"): Route(dict.fromkeys(HOLDS_NAMES)),
    ("GET", "/erasures"): Route({Role.DATA_PROTECTION: None}),
}
