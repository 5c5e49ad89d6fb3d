"""The offer changes while people are on the road: what they attended keeps its worth by what it was, not its number."""

from __future__ import annotations

from typing import Any

import pytest

from services.carousel.offers.commands import PublishOffer
from services.carousel.offers.events import OfferPublished
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.events import AttendanceNoted, ParticipantPlaced
from services.carousel.values import Module, Needed, attended_of, needs_of
from shared.domain.clock import today
from shared.http.auth import Role
from tests.carousel.desk import MODULES as SENT
from tests.carousel.desk import Desk, monday
from tests.carousel.examples import ASKED, FIRST, MODULES, OFFER, joined, noted, placed

NAMED: list[dict[str, Any]] = [{**each, "identity": f"m-{each['number']}"} for each in SENT]
TURNED = [{**each, "number": 7 - nth, "entry_allowed": True} for nth, each in enumerate(NAMED, start=1)]
GIVEN: dict[str, Any] = {"offer_id": "g-force", "language": "nl", "cities": ("Oostende",), "on": FIRST}


def published(version: int, *modules: Module) -> OfferPublished:
    return OfferPublished(version=version, modules=modules, **GIVEN)


def publish(*modules: Module) -> PublishOffer:
    return PublishOffer(**ASKED, modules=modules, **GIVEN)


def module(number: int, identity: str | None = None, *replaces: str) -> Module:
    return MODULES[number - 1].model_copy(update={"identity": identity, "replaces": replaces})


def test_a_module_without_an_identity_has_that_of_its_number_before_and_else_a_new_one() -> None:
    OFFER.when(publish(module(1), module(2))).then(published(1, module(1, "g-force-1"), module(2, "g-force-2")))
    kept = OFFER.given(published(1, module(1), module(2)))
    kept.when(publish(module(1), module(2))).then()
    kept.when(publish(module(1), module(3))).then(published(2, module(1, "1"), module(3, "g-force-3")))
    moved = kept.when(publish(module(1, "2"), module(2)))
    moved.then(published(2, module(1, "2"), module(2, "g-force-2")))


def test_a_module_that_is_split_is_two_new_ones_that_replace_it() -> None:
    kept = OFFER.given(published(1, module(1, "a"), module(2, "b")))
    split = kept.when(publish(module(1), module(2, None, "b"), module(3, None, "b")))
    split.then(published(2, module(1, "a"), module(2, "g-force-2", "b"), module(3, "g-force-3", "b")))


def test_two_modules_are_not_one_and_what_is_replaced_was_there() -> None:
    kept = OFFER.given(published(1, module(1, "a"), module(2, "b")))
    kept.when(publish(module(1, "a"), module(2, "a"))).refused("module-identity-twice")
    kept.when(publish(module(1, "a"), module(2, "c", "x"))).refused("replaced-module-unknown")
    later = kept.given(published(2, module(1, "a")))
    assert later.when(publish(module(1, "a"), module(2, "c", "b"))).refusal is None


def test_what_was_kept_before_modules_had_an_identity_is_its_number() -> None:
    kept = needs_of((2, 1), ())
    assert kept == (Needed(number=1, identity="1"), Needed(number=2, identity="2"))
    assert attended_of(kept, {"2", "x"}) == (2,)
    assert noted(3).of_module == "3"


@pytest.mark.parametrize(
    ("needs", "attended", "completed"),
    [
        ((Needed(number=1, identity="b"),), {1}, True),
        ((Needed(number=1, identity="b"), Needed(number=2, identity="c")), {1}, False),
        (
            (Needed(number=1, identity="x", instead=("b",)), Needed(number=2, identity="b")),
            {1, 2},
            True,
        ),
        ((Needed(number=2, identity="z"),), set(), False),
    ],
)
def test_on_the_road_to_a_new_version_what_it_was_counts_and_not_its_number(
    needs: tuple[Needed, ...], attended: set[int], completed: bool
) -> None:
    mark = AttendanceNoted(**{**noted(2).model_dump(), "identity": "b"})
    place = ParticipantPlaced(
        **{**placed(cycle_id="c-2").model_dump(), "modules": tuple(each.number for each in needs), "needs": needs}
    )
    state = PARTICIPATION.fold([joined(), placed(), mark, place])
    assert set(state.attended) == attended
    assert (state.last_module is not None) == completed


async def published_as(desk: Desk, modules: list[dict[str, Any]], offer: str = "g-force") -> None:
    body = {"offer_id": offer, "language": "nl", "modules": modules, "on": str(today())}
    await desk.done("/offers", body, role=Role.COORDINATOR)


async def has_come_to(desk: Desk, *numbers: int) -> None:
    """A road in the offer as it was: these modules attended, the cycle over."""
    await published_as(desk, NAMED)
    await desk.cycle(first_on=monday(-12))
    await desk.placed("r-1")
    for nth in range(1, 7):
        await desk.held(f"c-1-{nth}", r_1="present" if nth in numbers else "absent")
    await desk.done("/cycles/c-1/close", {"on": str(today())})


async def missing(desk: Desk) -> list[int]:
    found: list[int] = (await desk.read("/participations/r-1"))["missing"]
    return found


async def test_who_is_on_the_road_is_told_what_he_still_needs_and_sits_there_only(desk: Desk) -> None:
    await has_come_to(desk, 1, 2, 3)
    assert await missing(desk) == [4, 5, 6]
    await published_as(desk, TURNED)
    await desk.cycle("c-2")
    [waiting] = await desk.rows("/waiting-list")
    assert waiting["next_place"]["modules"] == [1, 2, 3]
    assert waiting["participation"]["missing"] == [4, 5, 6]
    place = {"cycle_id": "c-2", "from_on": str(monday(1)), "on": str(today())}
    await desk.done("/participations/r-1/place", place)
    seen = await desk.read("/participations/r-1")
    assert (seen["attended"], seen["missing"]) == ([4, 5, 6], [1, 2, 3])
    [cycle] = await desk.rows(f"/cycles?since={monday(0)}&until={monday(3)}")
    assert {each["module"] for each in cycle["sessions"] if each["expected"]} == {1, 2, 3}


async def test_who_has_all_that_is_left_of_an_offer_has_completed_it_once_he_follows_it(desk: Desk) -> None:
    await has_come_to(desk, 1, 2, 3, 4, 5)
    await published_as(desk, NAMED[:5])
    assert await missing(desk) == [6]
    follow = {"offer_id": "g-force", "on": str(today())}
    await desk.done("/participations/r-1/follow-offer", follow)
    seen = await desk.read("/participations/r-1")
    assert (seen["status"], seen["missing"], seen["completed_on"]) == ("completed", [], str(monday(-8)))
    answer = await desk.ask("POST", "/participations/r-1/follow-offer", follow)
    assert answer.json()["code"] == "already-completed"
    unknown = await desk.ask("POST", "/participations/r-1/follow-offer", follow | {"offer_id": "no-such"})
    assert unknown.status_code == 404


async def test_a_second_offer_with_other_modules_asks_for_all_of_them(desk: Desk) -> None:
    await has_come_to(desk, 1, 2, 3)
    await published_as(desk, SENT[:3], "other")
    await desk.done("/participations/r-1/follow-offer", {"offer_id": "other", "on": str(today())})
    assert await missing(desk) == [1, 2, 3]
    await published_as(desk, [{**SENT[0], "identity": "m-1"}, *SENT[1:3]], "third")
    await desk.done("/participations/r-1/follow-offer", {"offer_id": "third", "on": str(today())})
    assert await missing(desk) == [2, 3]
