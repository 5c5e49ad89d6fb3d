"""Who may ask what of the training service: every endpoint, every role, and nothing of another organisation or city."""

from __future__ import annotations

import pytest

from shared.callers import Role
from tests.training.conftest import ORGANISER, POLICE, SOON, TODAY, ZONE, Desk, attendance, newcomer, training


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_those_of_the_table_get_in(desk: Desk, role: Role | None) -> None:
    await desk.held(1)
    for (method, path), allowed in ACCESS.items():
        answered = await desk.ask(method, path, {}, role)
        if allowed == ANYBODY:
            assert answered.status_code in {200, 204, 409, 422}, (method, path, role)
        else:
            expected = {401} if role is None else {403} if role not in allowed else {200, 204, 409, 422, 404}
            assert answered.status_code in expected, (method, path, role)


async def test_the_table_names_every_endpoint(desk: Desk) -> None:
    described = (await desk.client.get("/openapi.json")).json()["paths"]
    open_to_all = {"/health/live", "/health/ready", "/metrics"}
    names = {
        "training_id": "t-1",
        "event_id": "e-1",
        "meeting_id": "m-1",
        "partner_id": ZONE,
        "decision_id": "d-1",
        "code": "c-1",
    }
    endpoints = {
        (method.upper(), path.format(participant_id="p-1", person_id="p-1", **names))
        for path, methods in described.items()
        for method in methods
        if path not in open_to_all
    }
    assert endpoints == set(ACCESS)


TRAINS, COORDINATES = {Role.TRAINER}, {Role.COORDINATOR}
STEERS = {Role.COORDINATOR, Role.STEERING}
READS = set(Role) - {Role.OPS}
ANYBODY: set[Role] = set()
ACCESS: dict[tuple[str, str], set[Role]] = {
    ("GET", "/public/trainings"): ANYBODY,
    ("GET", "/calendar.ics"): ANYBODY,
    ("GET", "/certificates/c-1"): ANYBODY,
    ("POST", "/certificates/c-1"): ANYBODY,
    ("POST", "/trainings/t-1/participants/p-1/certificate"): TRAINS,
    ("POST", "/public/trainings/t-1/registrations"): ANYBODY,
    ("POST", "/public/network-events/e-1/registrations"): ANYBODY,
    ("POST", "/public/registrations/cancel"): ANYBODY,
    ("POST", "/public/registrations/standing"): ANYBODY,
    ("GET", "/public/network-events"): ANYBODY,
    ("POST", "/public/evaluations"): ANYBODY,
    ("GET", "/trainings"): READS,
    ("GET", "/network-events"): READS,
    ("GET", "/organisations"): READS,
    ("POST", "/trainings"): TRAINS,
    **{
        ("POST", f"/trainings/t-1/{step}"): TRAINS
        for step in (
            "move", "set-capacity", "open-registration", "close-registration", "cancel", "hold", "correct",
            "registrations", "registrations/p-1/cancel", "evaluation/open", "evaluation/close",
        )
    },
    **{
        ("GET", f"/trainings/t-1/{what}"): TRAINS
        for what in ("register", "waiting-list", "register.csv", "sign-in-sheet", "sign-in-sheet.pdf", "evaluation")
    },
    ("POST", "/trainings/t-1/registrations/list"): {Role.TRAINER, Role.REFERRER},
    ("GET", "/evaluations"): {Role.TRAINER, *STEERS},
    ("POST", "/network-events"): COORDINATES,
    **{("POST", f"/network-events/e-1/{step}"): COORDINATES for step in ("move", "cancel", "hold", "correct")},
    **{("GET", f"/network-events/e-1/{what}"): COORDINATES for what in ("guests", "speakers")},
    ("POST", "/steering-meetings"): COORDINATES,
    **{("POST", f"/steering-meetings/m-1/{step}"): COORDINATES for step in ("hold", "correct", "decisions")},
    ("POST", "/steering-meetings/m-1/decisions/d-1/done"): COORDINATES,
    ("GET", "/steering-meetings"): STEERS,
    ("GET", "/decisions/open"): STEERS,
    ("POST", f"/partners/{ZONE}/join"): COORDINATES,
    ("POST", f"/partners/{ZONE}/leave"): COORDINATES,
    ("GET", "/partners"): STEERS,
    ("GET", f"/partners/{ZONE}/history"): STEERS,
    ("GET", "/people/p-1/export"): {Role.TRAINER, Role.COORDINATOR},
    ("PUT", "/people/p-1/name"): {Role.TRAINER, Role.COORDINATOR},
    ("DELETE", "/people/p-1"): {Role.TRAINER, Role.COORDINATOR},
}  # fmt: skip

BODIES: dict[str, object] = {
    "move": {"on": TODAY.isoformat(), "city": "Brugge", "place": "Huis", "days": training(on=SOON)["days"]},
    "set-capacity": {"on": TODAY.isoformat(), "capacity": 9},
    "cancel": {"on": TODAY.isoformat(), "reason": "weather"},
    "hold": attendance([]),
    "correct": attendance([]),
    "/people/p-1/name": {"name": "Zoë"},
    "registrations": newcomer() | {"on": TODAY.isoformat()},
}


@pytest.mark.parametrize(
    ("organisation", "city"), [(POLICE, "Oostende"), (None, "Oostende"), (ORGANISER, "Brugge"), (POLICE, "Brugge")]
)
async def test_a_trainer_of_another_organisation_or_city_meets_nothing(
    desk: Desk, organisation: str | None, city: str
) -> None:
    (participant,) = await desk.held(1)
    nothing = (await desk.ask("GET", "/trainings/t-9/register")).json()
    asked = [(method, path) for (method, path), roles in ACCESS.items() if roles == TRAINS and "t-1" in path]
    persons = [(method, path) for method, path in ACCESS if path.startswith("/people/")]
    for method, path in (*asked, *persons):
        body = BODIES.get(path.removeprefix("/trainings/t-1/"), {"on": TODAY.isoformat()})
        answered = await desk.ask(method, path.replace("p-1", participant), body, organisation=organisation, city=city)
        assert (answered.status_code, answered.json()) == (404, nothing), (method, path)
    assert (await desk.ask("GET", "/evaluations", organisation=organisation, city=city)).json() == []


async def test_a_trainer_plans_and_moves_nothing_to_a_city_that_is_not_his(desk: Desk) -> None:
    body = training() | {"on": TODAY.isoformat(), "city": "Brugge"}
    assert (await desk.ask("POST", "/trainings", body)).status_code == 404
    await desk.plan()
    assert (await desk.ask("POST", "/trainings/t-1/move", BODIES["move"])).status_code == 404
