"""Whatever stands in a field of a message that reporting consumer: it waits as a dead letter, others count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count

import asyncpg
import pytest

from services.reporting.consumers import FIGURES, TOPICS, apply
from services.reporting.queries.figures import find_figures
from services.reporting.queries.partners import find_partners
from services.reporting.queries.period import Period
from shared.contracts import carousel, referral, training
from shared.contracts.catalogue import examples
from shared.messaging import inbox
from shared.messaging.cloudevents import PublicMessage, Topic
from shared.messaging.inbox import Inbox
from shared.service.wiring import create_tables
from tests.contracts.hostile import Case, cases
from tests.contracts.sending import Sent, sent

EVER = Period(date(2000, 1, 1), date(2099, 12, 31))
CONSUMED = [(topic, message) for topic in TOPICS for message in topic.messages]
# The codes that figures are counted by, and the letter that an unknown one becomes.
COUNTED_BY: Mapping[tuple[type[PublicMessage], str], str] = {
    (referral.ReferralReceived, "sector"): "sector-unknown",
    (referral.ReferralDeclined, "ground"): "ground-unknown",
    (referral.ReferralDeclined, "reason"): "reason-unknown",
    (referral.ReferralStepRevoked, "step"): "step-unknown",
    (referral.ReferralWithdrawn, "category"): "reason-unknown",
    (referral.ReferralWithdrawn, "code"): "reason-unknown",
    (carousel.ParticipationStopped, "category"): "reason-unknown",
    (carousel.ParticipationStopped, "code"): "reason-unknown",
    (carousel.AttendanceRecorded, "mark"): "mark-unknown",
    (training.TrainingHeld, "kind"): "kind-unknown",
    (training.TrainingHeld, "by_sector"): "sector-unknown",
    (training.NetworkEventHeld, "by_sector"): "sector-unknown",
    (training.ParticipationRecorded, "sector"): "sector-unknown",
}


def becomes(message: type[PublicMessage], case: Case) -> str | None:
    """The reason of the dead letter, or None when it counts."""
    if case.verdict == "refused":
        return "schema"
    return COUNTED_BY.get((message, case.field)) if case.verdict == "unknown" else None


def receipts(message: type[PublicMessage], tried: Sequence[Case]) -> Iterator[bytes]:
    """The receipts of the referrals that a message of the referral service is about: it published them first."""
    if message in referral.CASES.messages and message is not referral.ReferralReceived:
        receipt = examples()[referral.ReferralReceived.type_name()].value
        for case in tried:
            if case.field != "referral" or case.verdict == "read":
                yield json.dumps(receipt | {"referral": case.body["referral"]}).encode()


def records_of(
    topic: Topic, message: type[PublicMessage], tried: Sequence[Case], first: int
) -> Iterator[tuple[Sent, str | None]]:
    """Every case on a key of its own, among honest messages, each with what it becomes."""
    honest, sequences = json.dumps(examples()[message.type_name()].value).encode(), count(first)
    for nth, case in enumerate(tried):
        yield sent(topic, message, case.value, f"key-{nth}", next(sequences)), becomes(message, case)
        yield sent(topic, message, honest, f"honest-{nth}", next(sequences)), None


@pytest.mark.parametrize(("topic", "message"), CONSUMED, ids=lambda each: getattr(each, "__name__", ""))
async def test_one_message_that_cannot_count_holds_up_no_other(
    pool: asyncpg.Pool[asyncpg.Record], topic: Topic, message: type[PublicMessage]
) -> None:
    await create_tables(pool, [inbox.SCHEMA, *FIGURES.schemas])
    tried = list(cases(message, examples()[message.type_name()].value))
    consumer = Inbox("reporting", topic, apply)
    before = [
        sent(topic, referral.ReferralReceived, value, f"key-{nth}", nth)
        for nth, value in enumerate(receipts(message, tried), 1)
    ]
    batch = list(records_of(topic, message, tried, len(before) + 1))
    async with pool.acquire() as connection:
        await consumer.receive(connection, before)
        applied = (await consumer.receive(connection, [each for each, _ in batch])).applied
        letters = {row["record_at"]: row["reason"] for row in await connection.fetch("select * from dead_letters")}
        assert letters == {each.offset: reason for each, reason in batch if reason}
        assert {each.envelope.sequence for each in applied} == {each.offset for each, reason in batch if not reason}
        assert await find_figures(connection, EVER)
        await find_partners(connection, EVER, date(2026, 1, 1))


async def test_what_reporting_does_not_know_is_held_up_with_its_key_until_it_does(
    pool: asyncpg.Pool[asyncpg.Record],
) -> None:
    await create_tables(pool, [inbox.SCHEMA, *FIGURES.schemas])
    received, held = referral.ReferralReceived, referral.IntakeHeld
    receipt = examples()[received.type_name()].value
    intake = json.dumps(examples()[held.type_name()].value | {"referral": receipt["referral"]}).encode()
    new = json.dumps(receipt | {"sector": "quite_new"}).encode()
    other = json.dumps(receipt | {"referral": "r-2"}).encode()
    async with pool.acquire() as connection:
        consumer = Inbox("reporting", referral.CASES, apply)
        batch = [
            sent(referral.CASES, received, new, "one", 1),
            sent(referral.CASES, received, other, "two", 2),
            sent(referral.CASES, held, intake, "one", 3),
        ]
        assert len((await consumer.receive(connection, batch)).applied) == 1
        rows = await connection.fetch("select reason from dead_letters order by record_at")
        assert [row["reason"] for row in rows] == ["sector-unknown", "parked"]
