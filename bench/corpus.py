"""The synthetic referrals every benchmark works on: the same commands, events and messages for every peer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from services.referral.integration_events import to_integration_event
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import (
    AcceptReferral,
    PlanIntake,
    ReceiveReferral,
    RecordIntake,
    ReferralCommand,
)
from services.referral.referrals.events import Criterion, ReferralEvent
from shared.contracts.referral import CASES
from shared.domain.messages import AnyRecorded, Meta, Recorded
from shared.messaging.cloudevents import Topic
from shared.messaging.outbox import History
from shared.messaging.outgoing import OutgoingMessage, ToIntegrationEvent, place, record_of
from shared.messaging.producer import OutgoingRecord

META = Meta(by="synthetic", correlation_id="0af7651916cd43dd8448eb211c80319c")
EVENTS = 4  # of one referral
MESSAGES = 3  # of one referral
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_FIRST = date(2024, 1, 1)
_DAYS = 700
_ORGANISATIONS = 20
_REFERRERS = 60
_CITIES = ("Oostende", "Brugge")


@dataclass(frozen=True, slots=True)
class SyntheticReferral:
    """One referral from its reception to its acceptance: its id, its first day and its commands."""

    id: str
    received_on: date
    commands: tuple[ReferralCommand, ...]

    @property
    def stream(self) -> str:
        """The stream of its events."""
        return REFERRAL.stream(self.id)

    def events(self) -> list[ReferralEvent]:
        """What its commands come to."""
        events: list[ReferralEvent] = []
        for command in self.commands:
            events.extend(REFERRAL.decide(REFERRAL.fold(events), command))
        return events


def referrals(count: int) -> list[SyntheticReferral]:
    """`count` referrals, spread over two years, two cities, twenty organisations and sixty referrers."""
    return [SyntheticReferral(f"{nth}", _day(nth), tuple(_commands(nth))) for nth in range(count)]


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


def recorded(count: int) -> Iterator[Recorded[ReferralEvent]]:
    """The events of `count` referrals in the order of the table: each step of a hundred before the next step."""
    position = itertools.count(1)
    for hundred in _hundreds(referrals(count)):
        streams = [(each.stream, each.events()) for each in hundred]
        for version in range(EVENTS):
            for stream, events in streams:
                yield Recorded(next(position), stream, version + 1, events[version], META, _NOW)


def _hundreds(given: Sequence[SyntheticReferral]) -> Iterator[Sequence[SyntheticReferral]]:
    return (given[begin : begin + 100] for begin in range(0, len(given), 100))


def published_on(topic: str) -> ToIntegrationEvent:
    """What the referral service publishes of an event, on a topic of this benchmark."""
    renamed = topic_named(topic)

    def on_topic(event: AnyRecorded) -> OutgoingMessage | None:
        message = to_integration_event(event)
        return message and replace(message, topic=renamed)

    return on_topic


def topic_named(name: str) -> Topic:
    """The contract of `referral.cases` on a topic of this benchmark."""
    return replace(CASES, name=name)


def records(count: int, topic: str) -> list[OutgoingRecord]:
    """The Kafka records of `count` referrals, to the byte as the outbox relay sends them."""
    publish = published_on(topic)
    published = [(each, message) for each in recorded(count) if (message := publish(each)) is not None]
    return [record_of(each, History()) for each in place(published, {})]
