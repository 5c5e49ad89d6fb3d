"""Any value in any field of any message: one dead letter at most, of that one message, and everything else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from pydantic import TypeAdapter, ValidationError

from services.carousel.consumers import REFERRAL_CASES
from services.carousel.values import Availabilities
from shared.contracts import referral as said
from shared.domain.bounds import Day
from shared.i18n.code_lists import Category, City, Id, ReasonCode
from shared.i18n.text import Language
from shared.messaging.cloudevents import PublicMessage
from tests.carousel.desk import Desk
from tests.carousel.hearing import HONEST, NOW, Topic

KNOWN: dict[str, Any] = {
    "referral": Id, "on": Day, "preferred_city": City, "language": Language, "availability": Availabilities,
    "category": Category, "code": ReasonCode,
}  # fmt: skip
HEARD: dict[type[PublicMessage], set[str]] = {
    said.ReferralReceived: {"referral", "preferred_city", "language", "availability"},
    said.ReferralAccepted: {"referral", "on"},
    said.ReferralDeclined: {"referral", "on", "ground"},
    said.ReferralPutOnHold: {"referral", "on"},
    said.ReferralResumed: {"referral", "on"},
    said.ReferralWithdrawn: {"referral", "on", "category", "code"},
    said.ReferralRetracted: {"referral", "on"},
}
TOMORROW = str((NOW + timedelta(days=1)).date())
VALUES: tuple[Any, ...] = (
    "", "housing", "de", "not_wanted", "x" * 64, "x" * 65, "x" * 100_000, "r/1", "r 1", "../..", "Jan Peeters",
    "a\x00b", "\x00", "a\nb", "a\u202eb", "0001-01-01",
    "1999-12-31", "2000-01-01", TOMORROW, "2099-12-31", "2100-01-01",
    "9999-12-31", "2026-02-30", "2026-03-02T10:00:00Z", 0, 1, -1, 2**31, 2**63, 2**64, -(2**63), 1e308,
    float("inf"), float("nan"), True, None, [], {}, [[]], [["monday", "night"]], [["monday", "evening"]] * 22,
    [["monday", "evening", "x"]], [["a\x00b", "evening"]], {"nl": "x"},
)  # fmt: skip


class Hostile(NamedTuple):
    """One value in one field of one message."""

    kind: type[PublicMessage]
    field: str
    value: Any


def everything() -> Iterator[Hostile]:
    for kind in said.CASES.messages:
        for field in kind.model_fields:
            for value in VALUES:
                yield Hostile(kind, field, value)


def buildable(hostile: Hostile) -> bool:
    """Whether the carousel can make something of the value, and the programme does not refuse it."""
    if hostile.field not in HEARD.get(hostile.kind, ()):
        return True
    if hostile.field == "ground":
        return hostile.value in {"not_eligible", "not_suitable"}
    try:
        value = TypeAdapter(KNOWN[hostile.field]).validate_python(hostile.value)
    except ValidationError:
        return False
    unknown = hostile.field == "referral" and hostile.kind in {said.ReferralAccepted, said.ReferralResumed}
    return not unknown and not (hostile.field == "on" and value > NOW.date())


async def outcome(desk: Desk, topic: Topic, name: str, hostile: Hostile) -> str:
    """Hear it between honest messages of other keys, in one batch; what is wrong with what came of it, if anything."""
    records = [topic.add(said.ReferralReceived, f"{name}-before")]
    if hostile.kind is not said.ReferralReceived:
        records += topic.accepted(name)
    bad = topic.add(hostile.kind, name, **{hostile.field: hostile.value})
    records += [bad, *topic.accepted(f"{name}-after")]
    pool = desk.store.pool
    try:
        async with pool.acquire() as connection:
            await REFERRAL_CASES.inbox(desk.store).receive(connection, records)
    except Exception as error:  # noqa: BLE001 - whatever is raised stops the consumer
        return f"stopped by {type(error).__name__}"
    honest = await pool.fetchval("select count(*) from referrals where referral like $1", f"{name}-%")
    waits = await pool.fetchval("select count(*) from participations where referral = $1", f"{name}-after")
    letters = await pool.fetch("select record_at from dead_letters where record_at >= $1", records[0].offset)
    if (honest, waits) != (2, 1):
        return "an honest message was lost"
    if [each["record_at"] for each in letters] not in ([], [bad.offset]):
        return "another message is a dead letter"
    return "" if letters or buildable(hostile) else "no dead letter"


@pytest.mark.parametrize("kind", said.CASES.messages, ids=lambda kind: kind.__name__)
async def test_no_value_of_any_message_stops_the_consumer_or_takes_an_honest_message_along(
    desk: Desk, kind: type[PublicMessage]
) -> None:
    topic, wrong, names = Topic(), [], (f"r-{nth}" for nth in count())
    for hostile in everything():
        if hostile.kind is kind:
            start, said_before = topic.sequence, len(topic.said)
            found = await outcome(desk, topic, next(names), hostile)
            if found.startswith("stopped"):
                topic.sequence = start
                del topic.said[said_before:]
            if found:
                wrong.append((hostile.field, str(hostile.value)[:20], found))
    assert wrong == []


def test_every_message_and_every_field_is_asked() -> None:
    assert set(HONEST) == set(said.CASES.messages)
    assert all(fields <= set(kind.model_fields) for kind, fields in HEARD.items())
    assert {each.kind for each in everything()} == set(said.CASES.messages)
    assert datetime.now(UTC) > NOW
