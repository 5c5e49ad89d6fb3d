"""A reader, or a tool, follows a request of every service from its route to its events by the names in the source."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sources import Sources
from tests.static_walk import Walk

ROOT = Path(__file__).resolve().parents[1]
SERVICES = sorted(each.parent.name for each in (ROOT / "services").glob("*/refusals.py"))
ROUTES = "services/referral/referrals/routes.py"
ACCEPT = "services.referral.referrals.routes.accept_referral"


@pytest.mark.parametrize("service", SERVICES)
def test_every_command_route_is_followed_to_its_events(service: str) -> None:
    walk = Walk(Sources(ROOT), service)
    assert walk.faults == []
    assert list(walk.routes())
    assert all(walk.reached.values())


def test_accepting_a_referral_leads_to_its_event_and_no_other() -> None:
    walk = Walk(Sources(ROOT), "referral")
    assert (walk.faults, walk.reached[ACCEPT]) == ([], {"ReferralAccepted"})


def changed(tmp_path: Path, file: str, before: str, after: str) -> list[str]:
    """The faults of the referral service with one text in a file replaced."""
    for package in ("services/referral", "shared"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert text.count(before) == 1, (before, text.count(before))
    (tmp_path / file).write_text(text.replace(before, after), encoding="utf-8")
    return Walk(Sources(tmp_path), "referral").faults


ACCEPTED = "on=body.on, override=body.override)"
A_ROUTE = """
def add_routes(router: APIRouter) -> None:
    @router.post("/nested")
    async def nested() -> None: ...
"""


@pytest.mark.parametrize(
    ("file", "before", "after", "fault"),
    [
        (ROUTES, ACCEPTED, "**body.model_dump())", "AcceptReferral is not constructed field by field"),
        (ROUTES, ACCEPTED, "on=body.on)", "the field override of the body never reaches a command"),
        (ROUTES, "command, body.person)", "command, None)", "the field person of the body never reaches a command"),
        (ROUTES, 'router = APIRouter(tags=["referrals"])\n', A_ROUTE, "is not at the top of its module"),
        (ROUTES, "command = AcceptReferral(", "command = made(", "decides a command that it does not construct"),
        (
            "services/referral/referrals/rules.py",
            "case AcceptReferral():",
            "case PlanIntake():",
            "AcceptReferral leads to no event by its rules",
        ),
        (
            "services/referral/referrals/rules.py",
            "event = ReferralAccepted(",
            "event = made(",
            "AcceptReferral leads to no event by its rules",
        ),
    ],
)
def test_what_a_reader_cannot_follow_is_a_fault(tmp_path: Path, file: str, before: str, after: str, fault: str) -> None:
    faults = changed(tmp_path, file, before, after)
    assert fault in [each.partition(": ")[2] for each in faults]
    assert len({each.partition(": ")[0] for each in faults}) == 1
