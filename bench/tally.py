"""What the peers of the projection write of a batch: the rows of ours, without its fold, checks or checkpoint."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from services.reporting.consumers import FIGURES as PROJECTION

SCHEMA = "".join(PROJECTION.schemas)
JOURNEYS = (
    "insert into journeys as kept select * from unnest({}::text[], {}::jsonb[])"
    " on conflict (id) do update set data = kept.data || excluded.data"
)
FIGURES = (
    "insert into figures as kept"
    " select * from unnest({}::date[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::bigint[])"
    " on conflict (month, city, partner, sector, indicator, reason) do update set n = kept.n + excluded.n"
)
Columns: TypeAlias = list[list[Any]]


def columns(messages: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[Columns, Columns]:
    """The columns of `journeys` and of `figures` for these (type, message) of one batch."""
    journeys: dict[str, dict[str, Any]] = {}
    counts: Counter[tuple[str, str, str, str, str, str]] = Counter()
    for kind, message in messages:
        journeys[message["referral"]] = journeys.get(message["referral"], {}) | dict(message)
        place = [message.get(name) or "" for name in ("preferred_city", "organisation", "sector")]
        counts[message["on"][:7] + "-01", place[0], place[1], place[2], kind, ""] += 1
    keyed = sorted(counts.items())
    return (
        [list(journeys), [json.dumps(each) for each in journeys.values()]],
        [*map(list, zip(*(key for key, _ in keyed), strict=True)), [n for _, n in keyed]],
    )
