"""Nothing that the carousel takes or keeps is without a bound, and what was kept before is still read."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.carousel import known_referrals, values
from services.carousel.app import SERVICE
from services.carousel.cycles.commands import AddCatchUp, CycleCommand
from services.carousel.cycles.events import CatchUpAdded, CyclePlanned
from services.carousel.offers.commands import OfferCommand, PublishOffer
from services.carousel.offers.events import OfferPublished
from services.carousel.participations.commands import DeclareNonAssociation, ParticipationCommand, StopParticipation
from services.carousel.participations.events import JoinedWaitingList, NonAssociationDeclared, SafetyTaskOpened
from services.carousel.participations.safety import MOST_APART
from services.carousel.participations.schemas import NoteText
from shared.domain.bounds import FIRST_DAY, LAST_DAY
from tests.bounds_walk import unbounded, unbounded_parameters
from tests.carousel import examples as x
from tests.carousel.desk import Desk

COMMANDS = [*get_args(CycleCommand), OfferCommand, *get_args(ParticipationCommand)]
EVENTS = [event for aggregate in SERVICE.aggregates for event in aggregate.events]
KEPT = [known_referrals.Received, known_referrals.Withdrawn, NoteText]


@pytest.mark.parametrize("model", [*COMMANDS, *EVENTS, *KEPT], ids=lambda model: getattr(model, "__name__", ""))
def test_no_value_of_a_command_a_fact_or_what_is_kept_beside_is_without_a_bound(model: Any) -> None:
    assert unbounded(model) == []


async def test_no_parameter_of_a_route_is_without_a_bound(desk: Desk) -> None:
    app: FastAPI = desk.client._transport.app  # type: ignore[attr-defined]
    assert unbounded_parameters(app.routes) == []


@pytest.mark.parametrize("fact", [x.joined(), x.placed(), x.noted(1), x.taken(), x.planned()])
@given(day=st.dates())
def test_a_fact_of_any_year_is_still_read(fact: Any, day: date) -> None:
    read = type(fact).model_validate_json(json.dumps(fact.model_dump(mode="json") | {"on": day.isoformat()}))
    assert read.on == min(max(day, FIRST_DAY), LAST_DAY)


def test_an_offer_is_read_in_whatever_languages_and_length_it_was_kept() -> None:
    module = {"number": 1, "title": {"nl": "x" * 5000, "de": "Modul"}, "minutes": 120, "entry_allowed": True}
    kept = {"offer_id": "o", "version": 1, "language": "nl", "modules": [module], "on": "2026-01-01"}
    read = OfferPublished.model_validate_json(json.dumps(kept))
    assert read.modules[0].title == {"nl": "x" * values.MOST_TITLE, "de": "Modul"}
    assert read.cities == ()


def test_a_place_kept_on_two_lines_is_read_on_one() -> None:
    kept = x.planned().model_dump(mode="json") | {"place": "Huis\nvan het Kind"}
    assert CyclePlanned.model_validate_json(json.dumps(kept)).place == "Huis van het Kind"


def test_a_part_of_a_day_kept_a_thousand_times_is_read_once() -> None:
    kept = x.joined().model_dump(mode="json") | {"availability": [["monday", "evening"], ["friday", "evening"]] * 500}
    read = JoinedWaitingList.model_validate_json(json.dumps(kept))
    assert read.availability == (("monday", "evening"), ("friday", "evening"))


WORDED = {"nl": "a", "fr": "b", "en": "c"}


@pytest.mark.parametrize(
    "title",
    [{"nl": "a"}, WORDED | {"en": " "}, WORDED | {"en": "c\n"}, WORDED | {"en": "x" * 201}, WORDED | {"de": "d"}],
)
def test_a_module_that_is_published_has_a_printable_title_in_each_language(title: dict[str, str]) -> None:
    module = {"number": 1, "title": title, "minutes": 120, "entry_allowed": True}
    asked = {"offer_id": "o", "language": "nl", "modules": [module], "cities": ["Oostende"], "on": "2026-01-01"}
    with pytest.raises(ValidationError, match="modules"):
        PublishOffer.model_validate(x.ASKED | asked)


def test_nobody_is_kept_apart_from_more_people_than_a_place_can_be_asked_with() -> None:
    many = [
        NonAssociationDeclared(referral_id=x.PERSON, other_id=f"r-{nth}", cycle_id=None, on=x.FIRST)
        for nth in range(MOST_APART)
    ]
    one_more = x.person(DeclareNonAssociation, other_id="r-more")
    x.A_PARTICIPATION.given(x.joined(), *many[1:]).when(one_more).then(
        many[0].model_copy(update={"other_id": "r-more", "on": one_more.on})
    )
    x.A_PARTICIPATION.given(x.joined(), *many).when(one_more).refused("too-many-kept-apart")


def test_a_cycle_has_no_more_sessions_than_its_facts_can_hold() -> None:
    def again(nth: int) -> CatchUpAdded:
        return CatchUpAdded(
            cycle_id=x.CYCLE, session=x.SESSIONS[0].model_copy(update={"session_id": f"again-{nth}"}), on=x.FIRST
        )

    full = x.A_CYCLE.given(x.planned(), *(again(nth) for nth in range(values.MOST_SESSIONS - 6)))
    added = {"session_id": "more", "module": 1, "held_on": x.FIRST, "starts": "19:00", "on": x.FIRST}
    full.when(AddCatchUp.model_validate(x.ASKED | {"cycle_id": x.CYCLE} | added)).refused("too-many-sessions")


def test_a_stop_on_the_last_day_of_all_is_looked_at_that_day() -> None:
    asked = {"at": "2099-12-31T12:00:00Z", "by": "x", "referral_id": x.PERSON, "on": LAST_DAY}
    stop = StopParticipation.model_validate(asked | {"category": "practical", "code": "work"})
    stopped = x.A_PARTICIPATION.given(x.joined(), x.placed(), x.noted(1), x.started()).when(stop)
    assert [each.due_on for each in stopped.events if isinstance(each, SafetyTaskOpened)] == [LAST_DAY]
