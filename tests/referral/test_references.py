"""Every name of something else leads somewhere, or is refused by code and field where it comes in, and is mended."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from shared.http.auth import Role
from tests.referral.access import STEPS
from tests.referral.desk import CITY, OTHER_CITY, Desk, desk, organisation, referral
from tests.referral.examples import KBO

__all__ = ["desk"]

SELF: dict[str, Any] = {
    "sector": "self", "referrer_id": None, "organisation_id": None, "informed_on": None, "informed_by": None,
}  # fmt: skip
APART = {"referral_id", "person_id", "person"}


def entry(**changed: Any) -> dict[str, Any]:
    told = referral(**changed)
    return {name: value for name, value in told.items() if name not in APART} | {"on": "2026-01-10"}


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.REFERRER])
@pytest.mark.parametrize(
    ("told", "field", "code"),
    [
        ({"preferred_city": "Oostnde"}, "preferred_city", "city-unknown"),
        ({"preferred_city": "Gistel"}, "preferred_city", "city-not-in-programme"),
        ({"city_of_residence": "Bredne"}, "city_of_residence", "city-unknown"),
        ({"referrer_city": "Brugghe"}, "referrer_city", "city-unknown"),
        ({"referrer_id": "niemand"}, "referrer_id", "referrer-unknown"),
        ({"referrer_id": "ref-2"}, "referrer_id", "referrer-unknown"),
        ({"sector": "welfare"}, "sector", "sector-of-organisation"),
        ({"received_on": "2004-12-31", "informed_on": "2004-12-31"}, "received_on", "date-before-registered"),
    ],
)
async def test_a_name_that_leads_nowhere_is_refused_at_the_door(
    desk: Desk, role: Role, told: dict[str, Any], field: str, code: str
) -> None:
    city = "Oostnde,Oostende" if code == "city-unknown" else CITY
    refused = await desk.ask("POST", "/referrals", referral(**told), role, city)
    if role is Role.FACILITATOR and code == "city-not-in-programme":
        assert refused.status_code == 404  # he does not work there
        return
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["errors"] == [{"field": f"body.{field}", "code": code}]
    assert set(refused.json()["detail"]) == {"nl", "fr", "en"}


async def test_an_organisation_that_nobody_registered_refers_nobody(desk: Desk) -> None:
    told = referral(organisation_id="politie-typfout", referrer_id="niemand", preferred_city=CITY, sector="welfare")
    refused = await desk.ask("POST", "/referrals", told)
    assert refused.json()["errors"] == [{"field": "body.organisation_id", "code": "organisation-unknown"}]
    alone = await desk.ask("POST", "/referrals", referral(organisation_id=None, referrer_id="ref-1"))
    assert alone.json()["errors"] == [{"field": "body.organisation_id", "code": "organisation-missing"}]


async def test_every_fault_is_told_at_once(desk: Desk) -> None:
    told = referral(city_of_residence="Bredne", referrer_id="niemand", sector="welfare")
    refused = (await desk.ask("POST", "/referrals", told)).json()
    assert {each["field"] for each in refused["errors"]} == {
        "body.city_of_residence", "body.sector", "body.referrer_id",
    }  # fmt: skip


async def test_nobody_comes_of_himself_before_the_programme_ran(desk: Desk) -> None:
    early = referral(**SELF, received_on="2004-12-31")
    assert (await desk.ask("POST", "/referrals", early)).json()["code"] == "date-before-programme"
    assert (await desk.ask("POST", "/referrals", referral(**SELF, received_on="2005-01-01"))).status_code == 201


async def test_a_facilitator_may_be_the_first_in_his_city(desk: Desk) -> None:
    told = referral(**SELF, preferred_city="Gistel")
    assert (await desk.ask("POST", "/referrals", told, city="Gistel")).status_code == 201


async def let_in_before(pool: asyncpg.Pool[asyncpg.Record], **told: Any) -> None:
    """As an earlier release took it: with a city that there is not."""
    for name, value in told.items():
        query = (
            "update events set data = jsonb_set(data, array[$1], to_jsonb($2::text)) where type = 'ReferralReceived'"
        )
        await pool.execute(query, name, value)
    await pool.execute("update cases set city = $1", told["preferred_city"])


async def test_what_was_let_in_with_a_mistyped_city_is_mended_or_taken_back_by_who_entered_it(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for name in ("r-1", "r-2"):
        assert (await desk.ask("POST", "/referrals", referral(name), Role.REFERRER)).status_code == 201
    await let_in_before(pool, preferred_city="Oostnde")
    assert (await desk.ask("GET", "/referrals/r-1")).status_code == 404
    for _ in range(2):
        mended = await desk.ask("POST", "/referrals/r-1/correct", entry(), Role.REFERRER)
        assert (mended.status_code, mended.json()) == (200, {"version": 1})
        assert (await desk.ask("POST", "/referrals/r-2/retract", {"on": "2026-01-10"}, Role.REFERRER)).json() == {
            "version": 1
        }
    assert [each["referral"] for each in (await desk.ask("GET", "/referrals/waiting")).json()["items"]] == ["r-1"]
    stranger = await desk.ask("POST", "/referrals/r-1/correct", entry(), Role.REFERRER, organisation="org-2")
    assert stranger.status_code == 404


@pytest.mark.parametrize("agreed", [True, False])
async def test_who_refers_learns_from_a_correction_nothing_of_how_it_went_on(desk: Desk, *, agreed: bool) -> None:
    ways: list[list[str]] = [
        [],
        ["intake"],
        ["intake", "accept"],
        ["withdraw"],
        ["put-on-hold"],
        ["retract"],
        ["transfer"],
    ]
    told = set()
    for nth, steps in enumerate(ways):
        name = f"r-{nth}"
        await desk.ask("POST", "/referrals", referral(name, feedback_agreed=agreed), Role.REFERRER)
        for step in steps:
            body = STEPS.get(step, {"on": "2026-01-16"}) | ({"city": OTHER_CITY} if step == "transfer" else {})
            assert (await desk.ask("POST", f"/referrals/{name}/{step}", body)).is_success, step
        for change, body in (
            ("correct", entry(feedback_agreed=agreed, city_of_residence="Gistel")),
            ("correct", entry(feedback_agreed=agreed, city_of_residence="Gistl")),
            ("correct", entry(feedback_agreed=agreed, received_on="2026-01-06")),
            ("retract", {"on": "2026-01-20"}),
        ):
            answer = await desk.ask("POST", f"/referrals/{name}/{change}", body, Role.REFERRER)
            told.add((str(body), answer.status_code, answer.text))
    assert len(told) == 4
    asked = (await desk.ask("GET", "/referrals/asked-by-referrers")).json()["items"]
    assert [each["referral"] for each in asked] == ["r-1", "r-2", "r-3", "r-4"]


async def test_a_facilitator_decides_on_what_a_referrer_asks_and_sees_what_it_is(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral(), Role.REFERRER)
    await desk.ask("POST", "/referrals/r-1/intake", STEPS["intake"])
    asked = entry(city_of_residence="Gistel", on="2026-01-20")
    await desk.ask("POST", "/referrals/r-1/correct", asked, Role.REFERRER)
    [case] = (await desk.ask("GET", "/referrals/asked-by-referrers")).json()["items"]
    assert case["asked"] == "CorrectionAsked"
    told = (await desk.ask("GET", "/referrals/r-1/entry")).json()
    assert (told["entry"]["city_of_residence"], told["retraction_asked"]) == (CITY, False)
    assert told["correction_asked"] == told["entry"] | {"city_of_residence": "Gistel"}
    decided = told["correction_asked"] | {"on": "2026-01-21"}
    assert (await desk.ask("POST", "/referrals/r-1/correct", decided)).is_success
    assert (await desk.ask("GET", "/referrals/r-1/entry")).json()["entry"] == told["correction_asked"]
    assert (await desk.ask("GET", "/referrals/asked-by-referrers")).json()["items"] == []


async def test_an_organisation_goes_on_as_another_and_its_referrers_with_it(desk: Desk) -> None:
    merged = {"into": "org-2", "since": "2026-01-01"}
    for _ in range(2):
        answer = await desk.ask("POST", "/organisations/org-1/merge", merged, Role.COORDINATOR)
        assert answer.status_code == 200
    late = await desk.ask("POST", "/referrals", referral())
    assert late.json()["errors"] == [{"field": "body.organisation_id", "code": "organisation-ended"}]
    before = referral("r-2", received_on="2025-12-31", informed_on="2025-12-31")
    assert (await desk.ask("POST", "/referrals", before)).status_code == 201
    after = referral("r-3", organisation_id="org-2", referrer_id="ref-1")
    assert (await desk.ask("POST", "/referrals", after)).status_code == 201
    back = await desk.ask("POST", "/organisations/org-2/merge", merged | {"into": "org-1"}, Role.COORDINATOR)
    assert back.json()["errors"] == [{"field": "body.into", "code": "organisation-ended"}]
    known = (await desk.ask("GET", "/organisations")).json()["items"]
    assert [(each["ended_on"], each["successors"]) for each in known[:2]] == [("2026-01-01", ["org-2"]), (None, [])]


async def test_an_organisation_registered_in_the_wrong_sector_is_mended(desk: Desk) -> None:
    told = referral(sector="welfare")
    assert (await desk.ask("POST", "/referrals", told)).json()["code"] == "sector-of-organisation"
    right = {"sector": "welfare", "city": CITY, "kbo": KBO}
    for _ in range(2):
        mended = await desk.ask("POST", "/organisations/org-1/correct", right, Role.COORDINATOR)
        assert mended.status_code == 200
    assert (await desk.ask("POST", "/referrals", told)).status_code == 201
    for city, code in ((OTHER_CITY, "city-not-in-programme"), ("Oostnde", "city-unknown")):
        refused = await desk.ask("POST", "/organisations/org-1/correct", right | {"city": city}, Role.COORDINATOR)
        assert refused.json()["errors"] == [{"field": "body.city", "code": code}]
    assert (await desk.ask("POST", "/organisations", organisation(), Role.COORDINATOR)).status_code == 201


async def test_an_organisation_is_not_split_into_what_nobody_registered(desk: Desk) -> None:
    split = {"into": ["org-2", "org-9"], "since": "2026-01-01"}
    refused = await desk.ask("POST", "/organisations/org-1/split", split, Role.COORDINATOR)
    assert refused.json()["errors"] == [{"field": "body.into", "code": "organisation-unknown"}]
    same = await desk.ask("POST", "/organisations/org-1/split", split | {"into": ["org-1", "org-2"]}, Role.COORDINATOR)
    assert same.json()["code"] == "organisation-of-itself"


@pytest.mark.parametrize("kbo", [KBO[:-1] + ("0" if KBO[-1] != "0" else "1"), "2" + KBO[1:], KBO[1:], "BE" + KBO])
async def test_a_kbo_number_is_checked(desk: Desk, kbo: str) -> None:
    told = organisation("org-9", kbo=kbo)
    assert (await desk.ask("POST", "/organisations", told, Role.COORDINATOR)).status_code == 422
    assert (await desk.ask("POST", "/organisations", told | {"kbo": KBO}, Role.COORDINATOR)).status_code == 201
    nowhere = organisation("org-8", city="Oostnde")
    refused = await desk.ask("POST", "/organisations", nowhere, Role.COORDINATOR, "Oostnde")
    assert refused.json()["errors"] == [{"field": "body.city", "code": "city-unknown"}]


async def test_the_city_that_is_left_sees_that_it_left_and_the_other_one_everything(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    await desk.ask("POST", "/referrals/r-1/intake", STEPS["intake"])
    moved = {"on": "2026-01-21", "city": OTHER_CITY}
    assert (await desk.ask("POST", "/referrals/r-1/transfer", moved | {"city": "Gistel"})).json()["errors"] == [
        {"field": "body.city", "code": "city-not-in-programme"}
    ]
    assert (await desk.ask("POST", "/referrals/r-1/transfer", moved)).status_code == 200
    for path in ("", "/timeline", "/person/export"):
        assert (await desk.ask("GET", f"/referrals/r-1{path}")).status_code == 404
        assert (await desk.ask("GET", f"/referrals/r-1{path}", city=OTHER_CITY)).status_code == 200
    left = (await desk.ask("GET", "/referrals/left")).json()["items"]
    assert left == [{"referral": "r-1", "left_on": "2026-01-21"}]
    assert (await desk.ask("GET", "/referrals/left", city=OTHER_CITY)).json()["items"] == []
    look = await desk.ask("POST", "/referrals/r-1/person/look", {"why": "contact"}, city=OTHER_CITY)
    assert look.status_code == 200
    assert (await desk.ask("POST", "/referrals/r-1/accept", STEPS["accept"], city=OTHER_CITY)).status_code == 200
