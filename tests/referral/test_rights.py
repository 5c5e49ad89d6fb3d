"""Rights of a person: how he may be reached, a page to read, restriction, keeping longer, what was still to come."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import asyncpg
import pytest

from services.referral.referrals import events
from services.referral.translations import translations
from shared.domain.clock import today
from shared.http.auth import Role
from tests.referral import examples as x
from tests.referral.access import KEEP, STEPS
from tests.referral.desk import NOT_TOLD, OTHER_CITY, SECRET, Desk, desk, referral

__all__ = ["desk"]

WHY = "?why=asked-by-person"
REACH = {
    "ways": ["text", "letter"],
    "when": [["monday", "evening"]],
    "message_may_be_left": False,
    "programme_may_be_named": False,
}
OLD = {"received_on": "2010-01-05", "informed_on": "2010-01-04"}


async def case(desk: Desk, name: str = "r-1") -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask("GET", f"/referrals/{name}")).json()
    return found


async def test_how_a_person_may_be_reached_is_read_before_any_number(desk: Desk) -> None:
    person = {"name": SECRET, "reach": REACH, "phone": "000", "address": "Straat 1"}
    assert (await desk.ask("POST", "/referrals", referral(person=person), Role.REFERRER)).status_code == 201
    look = await desk.ask("POST", "/referrals/r-1/person/look", {"why": "contact"})
    assert look.json() == NOT_TOLD | person
    order = list(look.json())
    assert order.index("reach") < min(order.index(each) for each in ("phone", "email", "address"))
    held = (await desk.ask("GET", "/referrals/r-1/person/export")).json()
    assert held["person"]["reach"] == REACH
    corrected = {"person": person | {"reach": REACH | {"message_may_be_left": True}}}
    assert (await desk.ask("PUT", "/referrals/r-1/person", corrected)).status_code == 204
    again = await desk.ask("POST", "/referrals/r-1/person/look", {"why": "contact"})
    assert again.json()["reach"]["message_may_be_left"] is True


@pytest.mark.parametrize("reach", [{"ways": ["visit"]}, {"ways": ["call"] * 5}, {"ways": [], "when": [["monday"]]}])
async def test_no_other_way_to_reach_a_person_is_taken(desk: Desk, reach: dict[str, Any]) -> None:
    refused = await desk.ask("POST", "/referrals", referral(person={"name": SECRET, "reach": reach}))
    assert refused.status_code == 422


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
async def test_the_export_is_a_page_that_the_person_can_read_in_his_language(desk: Desk, language: str) -> None:
    person = {"name": "<b>Zoë</b> & Co", "reach": REACH}
    await desk.ask("POST", "/referrals", referral(person=person))
    await desk.ask("POST", "/referrals/r-1/intake", STEPS["intake"])
    head = desk.bearer(Role.DATA_PROTECTION) | {"Accept-Language": language}
    page = await desk.client.get("/referrals/r-1/person/export/page", headers=head)
    assert page.headers["content-type"].startswith("text/html")
    words = Words()
    words.feed(page.text)
    labels = translations().export
    for code in ("title", "person", "looks", "facts", "elsewhere", "IntakeHeld", "reach", "text"):
        assert any(getattr(labels[code], language) in each for each in words.found), code
    assert "<b>Zoë</b> & Co" in words.found
    assert any("/participations/r-1" in each for each in words.found)


def test_every_event_and_every_part_of_an_export_has_words() -> None:
    labels = translations().export
    told = [each for each in x.every_event() if isinstance(each, events.ReferralEvent)]
    assert {type(each).__name__ for each in told} <= set(labels)
    assert {name for each in told for name in type(each).model_fields} <= set(labels)


async def test_the_name_of_who_asked_that_it_is_not_used_is_not_used(desk: Desk) -> None:
    await desk.ask("POST", "/referrals", referral())
    why = {"why": "accuracy-contested"}
    for _ in range(2):
        assert (await desk.ask("POST", "/referrals/r-1/person/restriction", why)).status_code == 204
    assert (await case(desk))["restricted"] is True
    for reason in ("intake", "contact"):
        refused = await desk.ask("POST", "/referrals/r-1/person/look", {"why": reason})
        assert (refused.status_code, refused.json()["code"]) == (409, "use-restricted")
    for reason in ("correction", "subject-access"):
        assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": reason})).status_code == 200
    assert (await desk.ask("DELETE", "/referrals/r-1/person/restriction")).status_code == 204
    assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": "intake"})).status_code == 200
    [kept] = (await desk.ask("GET", "/referrals/r-1/person/export")).json()["restrictions"]
    assert (kept["why"], kept["lifted_at"] is None) == ("accuracy-contested", False)


async def test_who_refers_has_the_same_rights(desk: Desk) -> None:
    refuse = {"why": "objection-pending"}
    assert (await desk.ask("POST", "/referrers/ref-1/restriction", refuse, Role.COORDINATOR)).status_code == 204
    look = ("POST", "/referrers/ref-1/look", {"why": "contact"}, Role.COORDINATOR)
    assert (await desk.ask(*look)).json()["code"] == "use-restricted"
    assert (await desk.ask("DELETE", "/referrers/ref-1/restriction", None, Role.COORDINATOR)).status_code == 204
    assert (await desk.ask(*look)).json()["name"] == SECRET
    await desk.ask("POST", "/referrals", referral())
    page = await desk.client.get("/referrers/ref-1/export/page", headers=desk.bearer(Role.DATA_PROTECTION))
    assert SECRET in page.text
    assert "r-1" in page.text


async def test_a_name_kept_too_long_is_proposed_and_somebody_decides_with_a_record_that_stays(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for name in ("r-1", "r-2"):
        await desk.ask("POST", "/referrals", referral(name, **OLD))

    async def due() -> list[str]:
        return [each["referral"] for each in (await desk.ask("GET", "/referrals/retention-due")).json()["items"]]

    assert await due() == ["r-1", "r-2"]
    for _ in range(2):
        assert (await desk.ask("POST", "/referrals/r-1/person/keep", KEEP)).status_code == 204
    assert (await desk.ask("DELETE", "/referrals/r-2/person?why=kept-long-enough")).status_code == 204
    assert await due() == []
    [kept] = (await desk.ask("GET", "/referrals/r-1/person/export")).json()["kept_longer"]
    assert (kept["why"], kept["until"]) == (KEEP["why"], KEEP["until"])
    [erased] = (await desk.ask("GET", "/erasures", role=Role.DATA_PROTECTION)).json()["items"]
    assert (erased["person"], erased["why"]) == ("p-r-2", "kept-long-enough")
    await pool.execute("update kept_longer set until = '2020-01-01'")
    assert await due() == ["r-1"]


@pytest.mark.parametrize("days", [-1, 0, 3 * 366])
async def test_a_name_is_not_kept_longer_for_ever(desk: Desk, days: int) -> None:
    await desk.ask("POST", "/referrals", referral(**OLD))
    until = KEEP | {"until": str(today() + timedelta(days=days))}
    for path, role in (("/referrals/r-1/person", Role.FACILITATOR), ("/referrers/ref-1", Role.COORDINATOR)):
        refused = await desk.ask("POST", f"{path}/keep", until, role)
        assert (refused.status_code, refused.json()["code"]) == (409, "kept-too-long")


@pytest.mark.parametrize("steps", [[], ["intake"], ["intake", "accept"], ["put-on-hold"]])
async def test_with_a_name_ends_what_still_was_to_come(desk: Desk, steps: list[str]) -> None:
    await desk.ask("POST", "/referrals", referral())
    for step in steps:
        assert (await desk.ask("POST", f"/referrals/r-1/{step}", STEPS[step])).is_success
    assert (await desk.ask("DELETE", "/referrals/r-1/person" + WHY)).status_code == 204
    assert (await case(desk))["status"] == "withdrawn"


async def test_with_a_name_over_cities_every_road_ends_once_the_second_confirms(desk: Desk) -> None:
    for name, city in (("r-1", "Oostende"), ("r-2", OTHER_CITY)):
        told = referral(name, person_id="p-1", preferred_city=city)
        await desk.ask("POST", "/referrals", told, Role.REFERRER)
    waits = (await desk.ask("DELETE", "/referrals/r-1/person" + WHY, subject="first")).json()["change"]
    assert (await case(desk))["status"] == "received"
    path = f"/referrals/r-2/person/changes/{waits}/confirm"
    assert (await desk.ask("POST", path, city=OTHER_CITY, subject="second")).status_code == 204
    assert (await case(desk))["status"] == "withdrawn"
    elsewhere = await desk.ask("GET", "/referrals/r-2", city=OTHER_CITY)
    assert elsewhere.json()["status"] == "withdrawn"


async def test_who_is_in_the_group_is_stopped_there_before_his_name_goes(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.ask("POST", "/referrals", referral())
    for step in ("intake", "accept"):
        await desk.ask("POST", f"/referrals/r-1/{step}", STEPS[step])
    await pool.execute(
        "insert into events (stream, version, type, data, meta, at) select stream, version + 1, 'ParticipationStarted',"
        ' \'{"referral_id": "r-1", "on": "2026-02-02"}\', meta, at from events where type = \'ReferralAccepted\''
    )
    refused = await desk.ask("DELETE", "/referrals/r-1/person" + WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "still-in-group")
    assert (await desk.ask("POST", "/referrals/r-1/person/look", {"why": "contact"})).status_code == 200
