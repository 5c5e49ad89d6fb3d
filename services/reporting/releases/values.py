"""The value types of a release that only this service keeps: they live as long as its events."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.reporting.releases.plan import Tightening
from shared.contracts.released import Key, Number, OpenCounts, Period, ReleaseId, Sums, Tables, Waits
from shared.domain.bounds import MOST, Code, Day
from shared.domain.messages import Message

Attacker = Literal["outsider", "organisation", "police"]
Heading = Literal[
    "summary", "course", "results", "challenges", "strengths", "weaknesses", "opportunities", "threats",
    "innovation", "consultation", "sustainability", "participation",
]  # fmt: skip
Bound = Annotated[int, Field(ge=-MOST, le=MOST)]
Version = Annotated[int, Field(ge=0, le=100_000)]


class Computed(Message):
    """What somebody could compute of a hidden cell: from `low` to `high`; `since` a release: of what came in since."""

    table: Code
    indicator: Code
    keys: Annotated[tuple[Key, ...], Field(max_length=3)]
    period: Period
    since: Number | None
    attacker: Attacker
    low: Bound
    high: Bound


class HeldBack(Message):
    """A planned table that is not printed anew, and why: what could be computed, or None when it would show nothing.

    `mend` is the tightening with which it can be printed; None: only waiting for more referrals mends it.
    """

    table: Code
    computed: Computed | None
    mend: Tightening | None


class Audited(Message):
    """What the audit found: every interval that is too narrow, and the narrowest of all."""

    intervals: Annotated[int, Field(ge=0, le=100_000_000)]
    narrow: Annotated[tuple[Computed, ...], Field(max_length=1000)]
    narrowest: Computed | None


class Content(Message):
    """What a release publishes, whole."""

    period: Period
    plan: Version
    catalogue: Version
    sums: Sums
    tables: Tables
    waits: Waits
    counts: OpenCounts


class Document(Message):
    """A published release as everybody reads it: its canonical bytes are what is hashed, sent and exported."""

    release: ReleaseId
    number: Number
    supersedes: Number | None
    on: Day
    period: Period
    plan: Version
    catalogue: Version
    sums: Sums
    tables: Tables
    waits: Waits
    counts: OpenCounts
