"""What the carousel hears of the referral service, as records on its topic: honest messages, and any other value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from shared.contracts import referral as said
from shared.messaging.cloudevents import Position, PublicMessage, headers

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
HONEST: dict[type[PublicMessage], dict[str, Any]] = {
    said.ReferralReceived: {
        "referrer": "p-1", "organisation": "org-1", "sector": "welfare", "referrer_city": "Oostende",
        "city_of_residence": "Oostende", "preferred_city": "Oostende", "on": "2026-03-01",
        "availability": [["monday", "evening"]], "language": "nl",
    },
    said.IntakeHeld: {"on": str(DAY)},
    said.ReferralAccepted: {"on": str(DAY), "overridden": False},
    said.ReferralDeclined: {"on": str(DAY), "ground": "not_suitable", "reason": "no_request_for_help"},
    said.ReferralPutOnHold: {"on": str(DAY), "review_on": "2026-04-01"},
    said.ReferralResumed: {"on": str(DAY)},
    said.ReferralWithdrawn: {"on": str(DAY), "category": "practical", "code": "hours"},
    said.ReferralRetracted: {"on": str(DAY), "of": None},
    said.ReferralAttributed: {"on": str(DAY), "person": "p-1"},
    said.ReferralTransferred: {"on": str(DAY), "city": "Brugge"},
    said.ReferralStepRevoked: {"on": str(DAY), "step": "withdrawal"},
}  # fmt: skip


@dataclass
class Record:
    """A record as the broker gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass
class Topic:
    """One partition of `referral.cases`, to which messages are added one after another."""

    sequence: int = 0
    at: datetime = NOW
    said: list[Record] = field(default_factory=list)

    def add(self, kind: type[PublicMessage], referral: str, /, **other: Any) -> Record:
        """An honest message about that referral, with other values where they are given, whatever they are."""
        self.sequence += 1
        honest = HONEST[kind] | {"referral": referral}
        record = Record(
            said.CASES.name,
            0,
            self.sequence - 1,
            f"referral-{referral}".encode(),
            json.dumps(honest | other).encode(),
            headers(said.CASES, kind.model_validate(honest), f"referral-{referral}", self._place(), self.at),
        )
        self.said.append(record)
        return record

    def _place(self) -> Position:
        return Position(self.sequence, self.sequence - 1)

    def accepted(self, referral: str) -> list[Record]:
        """Received and accepted."""
        return [self.add(said.ReferralReceived, referral), self.add(said.ReferralAccepted, referral)]
