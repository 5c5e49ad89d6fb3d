"""Facts are read for ever: those stored before values had bounds, and those in languages that come and go."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.training.app import SERVICE
from services.training.integration_events import to_integration_event
from services.training.meetings.events import DecisionTaken
from services.training.network_events.events import NetworkEventHeld, NetworkEventMoved, NetworkEventPlanned
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import ProfessionalRegistered, TrainingMoved, TrainingPlanned
from services.training.values import Professional
from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.domain.messages import Event, Meta, Recorded
from shared.eventstore.event_store import EventStore
from shared.eventstore.state_cache import StateCache
from shared.projections.inline import InlineProjections
from tests.training import examples
from tests.training.conftest import Desk
from tests.training.sides import ON
from tests.training.test_integration_events import NOW

TYPES = InlineProjections(SERVICE.projections, SERVICE.aggregates).types
CORPUS = Path(__file__).parent / "golden" / "events.jsonl"
DAYS = ["0001-01-01", "0201-01-05", "1999-12-31", "2100-01-01", "9999-12-31"]
WIDE = "a\x01b\ud7ff\x85c"


def corpus() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def read(stored: dict[str, Any]) -> Event:
    return TYPES[stored["type"]].model_validate_json(json.dumps(stored["data"]))


@pytest.mark.parametrize("stored", corpus(), ids=lambda stored: str(stored["type"]))
def test_what_was_ever_stored_is_read_and_can_be_told(stored: dict[str, Any]) -> None:
    """The corpus only grows: one line of each shape that was ever written."""
    event = read(stored)
    assert type(event).model_validate_json(event.model_dump_json()) == event
    to_integration_event(recorded(event))


def test_the_corpus_holds_every_event() -> None:
    assert {each["type"] for each in corpus()} == set(TYPES)


def test_every_event_of_today_is_stored_as_a_line_of_the_corpus() -> None:
    """Another shape of an event is another line, below the ones that are there."""
    lines = [json.dumps(each, sort_keys=True) for each in corpus()]
    for event in examples.events():
        stored = {"type": type(event).__name__, "data": json.loads(event.model_dump_json())}
        assert json.dumps(stored, sort_keys=True) in lines, stored


def recorded(event: Event) -> Recorded[Any]:
    return Recorded(7, "training-t-1", 1, event, Meta(by="x", correlation_id="y"), NOW)


def widened(value: Any, day: str) -> Any:
    """The same as it could be stored before there were bounds."""
    if isinstance(value, dict):
        return {name: widened(each, day) for name, each in value.items()}
    if isinstance(value, list):
        return [widened(each, day) for each in value]
    return day if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" else value


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("event", examples.events(), ids=lambda event: type(event).__name__)
def test_a_event_of_a_day_beyond_the_programme_is_read_as_of_its_edge(event: Event, day: str) -> None:
    told = widened(json.loads(event.model_dump_json()), day)
    again = read({"type": type(event).__name__, "data": told})
    edge = FIRST_DAY if day < "2000" else LAST_DAY
    assert days_in(again.model_dump()) <= {edge}
    to_integration_event(recorded(again))


def days_in(value: Any) -> set[date]:
    match value:
        case dict():
            return set().union(*map(days_in, value.values()))
        case list() | tuple():
            return set().union(*map(days_in, value))
        case date():
            return {value}
        case _:
            return set()


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (TrainingPlanned, "title"),
        (TrainingPlanned, "place"),
        (TrainingMoved, "place"),
        (NetworkEventPlanned, "title"),
        (NetworkEventMoved, "place"),
        (DecisionTaken, "text"),
    ],
)
def test_a_text_that_held_what_cannot_be_printed_is_read(kind: type[Event], field: str) -> None:
    told = json.loads(examples.event(kind).model_dump_json()) | {field: WIDE}
    assert getattr(read({"type": kind.__name__, "data": told}), field) == "a\ufffdb\ud7ff\ufffdc"


def test_more_people_than_can_be_told_are_read_as_the_most_that_can() -> None:
    told = json.loads(examples.event(NetworkEventHeld).model_dump_json())
    told["by_sector"] = dict.fromkeys(("police", "welfare", "health"), 100_000)
    published = to_integration_event(recorded(read({"type": "NetworkEventHeld", "data": told})))
    assert published is not None
    assert published.message.model_dump()["participants"] == 150_000


@pytest.mark.parametrize("language", ["nl", "en", "de", "uk"])
async def test_who_speaks_a_language_that_came_or_went_is_registered_listed_and_certified(
    desk: Desk, store: EventStore, pool: asyncpg.Pool[asyncpg.Record], language: str
) -> None:
    """As when a newer version, with one language more or one less, stored it."""
    (person,) = await desk.held(1)
    await pool.execute(
        "update events set data = jsonb_set(data, '{professional,language}', to_jsonb($1::text))"
        " where type = 'ProfessionalRegistered'",
        language,
    )
    async with pool.acquire() as connection:
        events = await store.after(connection, 0, 1000)
        await InlineProjections(SERVICE.projections, SERVICE.aggregates).apply_all(connection, events, StateCache())
    (line,) = await desk.rows("/trainings/t-1/register")
    assert line["language"] == language
    path = f"/trainings/t-1/participants/{person}/certificate"
    assert (await desk.ask("POST", path, ON)).is_success
    assert (await desk.ask("GET", "/trainings/t-1/register.csv")).is_success


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.from_regex(r"\A[a-z]{2,3}\Z"))
def test_a_roll_folds_whatever_language_its_people_speak(language: str) -> None:
    who = Professional.model_validate(examples.professional().model_dump() | {"language": language})
    events = [examples.event(TrainingPlanned), examples.event(ProfessionalRegistered, professional=who)]
    stored: list[Any] = [type(event).model_validate_json(event.model_dump_json()) for event in events]
    state = TRAINING.fold(stored)
    assert state.roll.places["p-1"].language == language
