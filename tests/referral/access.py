"""Who may ask what of the referral service, as data: every route, each role that may ask it, and of what.

`city`: of things in the caller's cities; `organisation`: of what his organisation referred; `any`: of everything.
A role that is not named is answered 403, a thing out of the caller's scope 404, as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from shared.domain.clock import today
from shared.http.auth import Role
from tests.referral.desk import CITY, OTHER_CITY, referral, referrer
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

    def corrected(self) -> dict[str, Any]:
        apart = {"referral_id", "person_id", "person"}
        told = {name: value for name, value in self.received().items() if name not in apart}
        return told | {"on": "2026-01-08", "city_of_residence": "Gistel"}

    def transferred(self) -> dict[str, Any]:
        return {"on": "2026-01-16", "city": OTHER_CITY if self.city == CITY else CITY}

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
    "put-on-hold": {"on": "2026-01-14", "review_on": "2026-02-14"},
    "resume": {"on": "2026-01-15"},
    "withdraw": {"on": "2026-01-16", "category": "personal", "code": "moved"},
    "take-back": {"on": "2026-01-20", "step": "hold"},
}
BEFORE: dict[str, Sequence[str]] = {
    "accept": ["intake"],
    "decline-not-eligible": ["unmet"],
    "decline-not-suitable": ["intake"],
    "resume": ["put-on-hold"],
    "take-back": ["put-on-hold"],
}
F, C, R, D, T = Role.FACILITATOR, Role.COORDINATOR, Role.REFERRER, Role.DATA_PROTECTION, Role.TRAINER
WORKS: Mapping[Role, Scope] = {F: "city"}
KEEPS: Mapping[Role, Scope] = {F: "city", D: "any"}
COORDINATES: Mapping[Role, Scope] = {C: "city"}
KEEPS_REFERRERS: Mapping[Role, Scope] = {C: "city", D: "any"}
_REFERRAL = "/referrals/{referral_id}"
_PERSON, _CHANGE = "/referrals/{referral_id}/person", "/referrals/{referral_id}/person/changes/{change_id}"
KEEP = {"until": str(today() + timedelta(days=300)), "why": "needed-for-claims"}
_WHY = "?why=asked-by-person"


def _sent(body: dict[str, Any], _: Thing) -> dict[str, Any]:
    return body


ROUTES: dict[tuple[str, str], Access] = {
    ("POST", "/organisations"): Access(COORDINATES, 201, Thing.registered, new=True),
    ("POST", "/organisations/{organisation_id}/rename"): Access(
        COORDINATES, 200, lambda _: {"name": "Zone", "since": "2025-01-01"}, ["registered"]
    ),
    ("POST", "/organisations/{organisation_id}/correct"): Access(
        COORDINATES, 200, lambda thing: {"sector": "welfare", "city": thing.city}, ["registered"]
    ),
    ("POST", "/organisations/{organisation_id}/merge"): Access(
        COORDINATES, 200, lambda _: {"into": "org-1", "since": "2025-01-01"}, ["registered"]
    ),
    ("POST", "/organisations/{organisation_id}/split"): Access(
        COORDINATES, 200, lambda _: {"into": ["org-1", "org-2"], "since": "2025-01-01"}, ["registered"]
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
    ("POST", _REFERRAL + "/correct"): Access({F: "city", R: "organisation"}, 200, Thing.corrected, ["received"]),
    ("POST", _REFERRAL + "/retract"): Access(
        {F: "city", R: "organisation"}, 200, lambda _: {"on": "2026-01-16"}, ["received"]
    ),
    ("POST", _REFERRAL + "/link-duplicate"): Access(
        WORKS, 200, lambda thing: {"on": "2026-01-16", "of": f"original-{thing.n}"}, ["received", "original"]
    ),
    ("POST", _REFERRAL + "/transfer"): Access(WORKS, 200, Thing.transferred, ["received"]),
    ("POST", _REFERRAL + "/same-person"): Access(
        WORKS, 200, lambda thing: {"on": "2026-01-16", "same_as": f"original-{thing.n}"}, ["received", "original"]
    ),
    ("GET", _REFERRAL + "/entry"): Access(WORKS, before=["received"]),
    ("GET", _REFERRAL): Access(WORKS, before=["received"]),
    ("GET", "/referrals/asked-by-referrers"): Access(WORKS, before=["asked"], lists=("referral", "r-")),
    ("GET", "/referrals/left"): Access(WORKS, before=["left"], lists=("referral", "r-")),
    ("GET", "/referrals/waiting"): Access(WORKS, before=["received"], lists=("referral", "r-")),
    ("GET", "/referrals/on-hold-past-review"): Access(WORKS, before=["put-on-hold"], lists=("referral", "r-")),
    ("GET", "/referrals/own"): Access({R: "organisation"}, before=["received"], lists=("referral", "r-")),
    ("GET", "/referrals/{referral_id}/timeline"): Access(WORKS, before=["received"]),
    **{
        ("POST", f"/referrals/{{referral_id}}/{step}"): Access(
            WORKS, 200, partial(_sent, body), BEFORE.get(step, ["received"])
        )
        for step, body in STEPS.items()
    },
    ("POST", f"{_PERSON}/look"): Access(KEEPS, 200, lambda _: {"why": "intake"}, ["received"]),
    ("GET", f"{_PERSON}/export/page"): Access(KEEPS, before=["received"]),
    ("POST", f"{_PERSON}/restriction"): Access(KEEPS, 204, lambda _: {"why": "unlawful"}, ["received"]),
    ("DELETE", f"{_PERSON}/restriction"): Access(KEEPS, 204, before=["received"]),
    ("POST", f"{_PERSON}/keep"): Access(KEEPS, 204, lambda _: KEEP, ["received"]),
    ("GET", "/referrals/retention-due"): Access(KEEPS, before=["long ago"], lists=("referral", "r-")),
    ("GET", "/referrers/retention-due"): Access(
        KEEPS_REFERRERS, before=["named long ago"], lists=("referrer", "f-")
    ),
    ("GET", "/referrers/{referrer_id}/export/page"): Access(KEEPS_REFERRERS, before=["named"]),
    ("POST", "/referrers/{referrer_id}/restriction"): Access(
        KEEPS_REFERRERS, 204, lambda _: {"why": "unlawful"}, ["named"]
    ),
    ("DELETE", "/referrers/{referrer_id}/restriction"): Access(KEEPS_REFERRERS, 204, before=["named"]),
    ("POST", "/referrers/{referrer_id}/keep"): Access(KEEPS_REFERRERS, 204, lambda _: KEEP, ["named"]),
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
