"""The synthetic referrals every benchmark works on: the same commands, facts and messages for every peer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import get_args

from services.referral.commands import AcceptReferral, PlanIntake, ReceiveReferral, RecordIntake, ReferralCommand
from services.referral.domain import referral as rules
from services.referral.events import Criterion, ReferralEvent
from services.referral.published import translate
from shared.contracts import referral as contract
from shared.domain.messages import Meta, Recorded
from shared.eventstore.command_handler import Decider
from shared.messaging.outgoing import OutgoingMessage, place, record_of
from shared.messaging.cloudevents import Topic
from shared.messaging.outbox import History
from shared.messaging.producer import OutgoingRecord

META = Meta(by="synthetic", correlation_id="0af7651916cd43dd8448eb211c80319c")
DECIDER: Decider[rules.Referral, ReferralCommand, ReferralEvent] = Decider(rules.initial, rules.decide, rules.evolve)
STEPS = 4  # facts of one road
TOLD = 3  # messages of one road
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_FIRST = date(2024, 1, 1)
_DAYS = 700
_ORGANISATIONS = 20
_REFERRERS = 60
_CITIES = ("Oostende", "Brugge")


@dataclass(frozen=True, slots=True)
class Road:
    """One referral from its reception to its acceptance: the stream, its first day and its commands."""

    stream: str
    received_on: date
    commands: tuple[ReferralCommand, ...]


def roads(count: int) -> list[Road]:
    """`count` referrals, spread over two years, two cities, twenty organisations and sixty referrers."""
    return [Road(f"referral-{nth}", _day(nth), tuple(_commands(nth))) for nth in range(count)]


def _day(nth: int) -> date:
    return _FIRST + timedelta(days=nth % _DAYS)


def _commands(nth: int) -> Iterator[ReferralCommand]:
    at, by, referral = _NOW, "synthetic", f"{nth}"
    day = _day(nth)
    yield ReceiveReferral(
        at=at,
        by=by,
        referral_id=referral,
        person_id=f"person-{nth}",
        referrer_id=f"referrer-{nth % _REFERRERS}",
        organisation_id=f"organisation-{nth % _ORGANISATIONS}",
        sector="police",
        referrer_city=_CITIES[nth % 2],
        city_of_residence="Bredene",
        preferred_city=_CITIES[nth % 2],
        received_on=day,
        informed_on=day,
        informed_by="referrer",
        availability=(("tuesday", "evening"),),
        feedback_agreed=True,
    )
    yield PlanIntake(at=at, by=by, referral_id=referral, on=day, planned_for=day + timedelta(days=9))
    held = day + timedelta(days=9 + nth % 20)
    results = tuple((criterion, True) for criterion in get_args(Criterion))
    yield RecordIntake(at=at, by=by, referral_id=referral, on=held, checklist_version=1, results=results, held_by=by)
    yield AcceptReferral(at=at, by=by, referral_id=referral, on=held)


def facts(road: Road) -> list[ReferralEvent]:
    """What the commands of a road come to."""
    events: list[ReferralEvent] = []
    for command in road.commands:
        events.extend(rules.decide(reduce(rules.evolve, events, rules.initial), command))
    return events


def recorded(count: int) -> Iterator[Recorded[ReferralEvent]]:
    """The facts of `count` roads in the order of the table: every step of a hundred roads before the next hundred."""
    position = itertools.count(1)
    for some in _hundreds(roads(count)):
        told = [(road.stream, facts(road)) for road in some]
        for version in range(STEPS):
            for stream, events in told:
                yield Recorded(next(position), stream, version + 1, events[version], META, _NOW)


def _hundreds(given: Sequence[Road]) -> Iterator[Sequence[Road]]:
    return (given[begin : begin + 100] for begin in range(0, len(given), 100))


def told(fact: Recorded[ReferralEvent], topic: str) -> OutgoingMessage | None:
    """What the referral service publishes of a fact, on a topic of this benchmark."""
    published = translate(fact)
    return None if published is None else replace(published, topic=topic_named(topic))


def topic_named(name: str) -> Topic:
    """The contract of `referral.cases` on a topic of this benchmark."""
    return replace(contract.CASES, name=name)


def records(count: int, topic: str) -> list[OutgoingRecord]:
    """The Kafka records of `count` roads, to the byte as the relay sends them."""
    published = [(fact, said) for fact in recorded(count) if (said := told(fact, topic)) is not None]
    return [record_of(each, History()) for each in place(published, {})]
