"""Who may ask what of the referral service, as data: every route, each role that may ask it, and of what.

`city`: of things in the caller's cities; `organisation`: of what his organisation referred; `any`: of everything.
A role that is not named is answered 403, a thing out of the caller's scope 404, as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from shared.http.auth import Role
from tests.referral.desk import referral, referrer
from tests.referral.examples import results

Scope = Literal["city", "organisation", "any"]
OTHERWISE = {"name": "Iemand Anders"}


@dataclass(frozen=True)
class Thing:
    """A referral `r-n` of the person `p-n`, and a referrer `f-n` of the organisation `o-n`; all in one city."""

    n: int
    city: str
    organisation: str

    def received(self, **changed: Any) -> dict[str, Any]:
        of = {"preferred_city": self.city, "organisation_id": self.organisation, "person_id": f"p-{self.n}"}
        return referral(f"r-{self.n}", **of | changed)

    def named(self) -> dict[str, Any]:
        return referrer(f"f-{self.n}", organisation_id=f"o-{self.n}")

    def registered(self) -> dict[str, Any]:
        name = f"Politie {self.n}"
        return {"organisation_id": f"o-{self.n}", "name": name, "sector": "police", "city": self.city, "since": SINCE}


@dataclass(frozen=True)
class Access:
    """A route: who may ask it of what, what it answers then, what is sent, and what happened to the thing before.

    `lists` is the field of a list that names the thing, and the beginning of that name.
    """

    scopes: Mapping[Role, Scope]
    ok: int = 200
    body: Callable[[Thing], Any] = lambda _: None
    before: Sequence[str] = ()
    lists: tuple[str, str] | None = None
    query: str = ""
    new: bool = field(default=False, kw_only=True)


SINCE = "2024-01-01"
INTAKE = {"on": "2026-01-12", "checklist_version": 1, "results": results(), "held_by": "worker-1"}
UNMET = INTAKE | {"results": results("language")}
STEPS: dict[str, dict[str, Any]] = {
    "plan-intake": {"on": "2026-01-07", "planned_for": "2026-01-12"},
    "intake": INTAKE,
    "accept": {"on": "2026-01-13"},
    "decline-not-eligible": {"on": "2026-01-13", "criterion": "language"},
    "decline-not-suitable": {"on": "2026-01-13", "reason": "no_request_for_help"},
    "hold": {"on": "2026-01-14", "review_on": "2026-02-14"},
    "resume": {"on": "2026-01-15"},
    "withdraw": {"on": "2026-01-16", "category": "personal", "code": "moved"},
    "link-duplicate": {"on": "2026-01-16", "of": "r-0"},
    "retract": {"on": "2026-01-16"},
}
BEFORE: dict[str, Sequence[str]] = {
    "accept": ["intake"],
    "decline-not-eligible": ["unmet"],
    "decline-not-suitable": ["intake"],
    "resume": ["hold"],
}
F, C, R, D, T = Role.FACILITATOR, Role.COORDINATOR, Role.REFERRER, Role.DATA_PROTECTION, Role.TRAINER
WORKS: Mapping[Role, Scope] = {F: "city"}
KEEPS: Mapping[Role, Scope] = {F: "city", D: "any"}
COORDINATES: Mapping[Role, Scope] = {C: "city"}
KEEPS_REFERRERS: Mapping[Role, Scope] = {C: "city", D: "any"}
_PERSON, _CHANGE = "/referrals/{referral_id}/person", "/referrals/{referral_id}/person/changes/{change_id}"
_WHY = "?why=asked-by-person"


def _sent(body: dict[str, Any], _: Thing) -> dict[str, Any]:
    return body


ROUTES: dict[tuple[str, str], Access] = {
    ("POST", "/organisations"): Access(COORDINATES, 201, Thing.registered, new=True),
    ("POST", "/organisations/{organisation_id}/rename"): Access(
        COORDINATES, 200, lambda _: {"name": "Zone", "since": "2025-01-01"}, ["registered"]
    ),
    ("GET", "/organisations"): Access(
        {C: "any", F: "any", T: "any"}, before=["registered"], lists=("organisation", "o-")
    ),
    ("POST", "/referrers"): Access(COORDINATES, 201, Thing.named, ["registered"]),
    ("GET", "/referrers"): Access(KEEPS_REFERRERS, before=["named"], lists=("referrer", "f-")),
    ("POST", "/referrers/{referrer_id}/look"): Access(KEEPS_REFERRERS, 200, lambda _: {"why": "contact"}, ["named"]),
    ("PUT", "/referrers/{referrer_id}"): Access(KEEPS_REFERRERS, 204, lambda _: OTHERWISE, ["named"]),
    ("GET", "/referrers/{referrer_id}/export"): Access(KEEPS_REFERRERS, before=["named"]),
    ("DELETE", "/referrers/{referrer_id}"): Access(KEEPS_REFERRERS, 204, before=["named"], query=_WHY),
    ("POST", "/referrals"): Access({F: "city", R: "organisation"}, 201, Thing.received, new=True),
    ("GET", "/referrals/waiting"): Access(WORKS, before=["received"], lists=("referral", "r-")),
    ("GET", "/referrals/on-hold-past-review"): Access(WORKS, before=["hold"], lists=("referral", "r-")),
    ("GET", "/referrals/own"): Access({R: "organisation"}, before=["received"], lists=("referral", "r-")),
    ("GET", "/referrals/{referral_id}/timeline"): Access(WORKS, before=["received"]),
    **{
        ("POST", f"/referrals/{{referral_id}}/{step}"): Access(
            WORKS, 200, partial(_sent, body), BEFORE.get(step, ["received"])
        )
        for step, body in STEPS.items()
    },
    ("POST", f"{_PERSON}/look"): Access(KEEPS, 200, lambda _: {"why": "intake"}, ["received"]),
    ("GET", f"{_PERSON}/export"): Access(KEEPS, before=["received"]),
    ("PUT", _PERSON): Access(KEEPS, 204, lambda _: {"person": OTHERWISE}, ["received"]),
    ("DELETE", _PERSON): Access(KEEPS, 204, before=["received"], query=_WHY),
    ("GET", "/referrals/person-changes"): Access(KEEPS, before=["change"], lists=("referral", "r-")),
    ("POST", f"{_CHANGE}/look"): Access(KEEPS, before=["change"]),
    ("POST", f"{_CHANGE}/confirm"): Access(KEEPS, 204, before=["change"]),
    ("DELETE", _CHANGE): Access(KEEPS, 204, before=["change"]),
    ("GET", "/erasures"): Access({D: "any"}, before=["erased"], lists=("person", "p-")),
}  # fmt: skip

ACCESS: dict[tuple[str, str], set[Role]] = {
    (method, path.format(referral_id="r-1", organisation_id="o-1", referrer_id="f-1", change_id="c-1")): set(who.scopes)
    for (method, path), who in ROUTES.items()
}
