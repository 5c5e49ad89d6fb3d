"""Network events, steering meetings and partners over HTTP: coordinators for their cities, the steering group reads."""

from __future__ import annotations

from datetime import timedelta

from shared.http.auth import Role
from tests.training.conftest import CITY, ORGANISER, SECRET, SOON, TODAY, ZONE, Desk, newcomer


async def test_a_coordinator_acts_in_his_own_cities_only(desk: Desk) -> None:
    day = {"on": SOON.isoformat(), "begins": "09:00", "ends": "12:00"}
    body = {"event_id": "e-1", "on": TODAY.isoformat(), "title": "Samen", "city": CITY, "place": "Kursaal", "day": day}
    elsewhere = await desk.ask("POST", "/network-events", body, Role.COORDINATOR, city="Brugge")
    assert elsewhere.status_code == 404
    await desk.done("POST", "/network-events", body | {"speakers": [SECRET]}, Role.COORDINATOR)
    await desk.done("POST", "/public/network-events/e-1/registrations", newcomer(), None)
    assert [each["name"] for each in await desk.rows("/network-events/e-1/speakers", Role.COORDINATOR)] == [SECRET]
    (guest,) = await desk.rows("/network-events/e-1/guests", Role.COORDINATOR)
    assert guest["name"] == SECRET
    held = await desk.done("GET", f"/people/{guest['participant']}/export", None, Role.COORDINATOR)
    assert [(each["of"], each["name"]) for each in held["names"]] == [("event-e-1", SECRET)]
    came = [each["event"] for each in held["network_events"]]
    assert (held["registrations"], came) == ([], ["e-1"])
    hidden = await desk.ask("GET", "/network-events/e-1/guests", None, Role.COORDINATOR, city="Brugge")
    assert hidden.status_code == 404


async def test_anybody_sees_which_network_events_have_room_and_comes_or_stays_away(desk: Desk) -> None:
    day = {"on": SOON.isoformat(), "begins": "09:00", "ends": "12:00"}
    body = {"on": TODAY.isoformat(), "title": "Samen", "city": CITY, "place": "Kursaal", "day": day, "capacity": 1}
    await desk.done("POST", "/network-events", body | {"event_id": "e-1"}, Role.COORDINATOR)
    await desk.done("POST", "/network-events", body | {"event_id": "e-2", "capacity": None}, Role.COORDINATOR)
    first = await desk.done("POST", "/public/network-events/e-1/registrations", newcomer(), None)
    full = await desk.ask("POST", "/public/network-events/e-1/registrations", newcomer(1), None)
    assert full.json()["code"] == "network-event-full"
    found = await desk.rows("/public/network-events", None)
    assert [(each["event"], each["places_left"]) for each in found] == [("e-1", 0), ("e-2", None)]
    token = {"token": first["token"]}
    assert (await desk.done("POST", "/public/registrations/standing", token, None))["status"] == "registered"
    await desk.done("POST", "/public/registrations/cancel", token, None)
    assert (await desk.rows("/public/network-events", None))[0]["places_left"] == 1


async def test_a_partner_is_an_organisation_of_the_register(desk: Desk) -> None:
    body = {"role": "primary_care", "since": "2024-06-01"}
    unknown = await desk.ask("POST", "/partners/x/join", body, Role.COORDINATOR)
    assert unknown.json()["code"] == "organisation-unknown"
    elsewhere = await desk.ask("POST", f"/partners/{ZONE}/join", body, Role.COORDINATOR, city="Brugge")
    assert elsewhere.status_code == 404
    await desk.done("POST", f"/partners/{ZONE}/join", body, Role.COORDINATOR)


async def test_a_partner_bears_the_name_of_the_date(desk: Desk) -> None:
    body = {"role": "primary_care", "since": "2024-06-01"}
    await desk.done("POST", f"/partners/{ZONE}/join", body, Role.COORDINATOR)
    (before,) = await desk.rows("/partners?on=2024-12-31", Role.STEERING)
    (after,) = await desk.rows("/partners?on=2025-01-01", Role.STEERING)
    assert (before["name"], after["name"]) == ("Eerstelijnszone Oostende-Bredene", "Eerstelijnszone Middenkust")
    history = await desk.done("GET", f"/partners/{ZONE}/history", None, Role.STEERING)
    assert [each["since"] for each in history["names"]] == ["2024-01-01", "2025-01-01"]
    assert history["roles"] == [{"role": "primary_care", "since": "2024-06-01", "until": None}]


async def test_open_decisions_have_an_owner_and_a_date(desk: Desk) -> None:
    on = (TODAY - timedelta(days=9)).isoformat()
    meeting = {"on": on, "city": CITY, "partners": [ORGANISER, ZONE]}
    await desk.done("POST", "/steering-meetings/m-1/hold", meeting, Role.COORDINATOR)
    for name, due in (("d-1", TODAY), ("d-2", TODAY - timedelta(days=1))):
        decision = {"on": on, "decision_id": name, "text": "Een avondgroep", "owner": ZONE, "due": due.isoformat()}
        await desk.done("POST", "/steering-meetings/m-1/decisions", decision, Role.COORDINATOR)
    found = await desk.rows("/decisions/open", Role.STEERING)
    assert [(each["decision"], each["overdue"], each["owner_name"]) for each in found] == [
        ("d-2", True, "Eerstelijnszone Middenkust"),
        ("d-1", False, "Eerstelijnszone Middenkust"),
    ]
    await desk.done("POST", "/steering-meetings/m-1/decisions/d-2/done", {"on": on}, Role.COORDINATOR)
    assert len(await desk.rows("/decisions/open", Role.STEERING)) == 1
