"""The rows and figures that every kind of message leads to, as they are stored: pinned for each version.

`python -m tests.reporting.stored` writes them for the versions of today; the files of older versions stay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from services.reporting.consumers import FIGURES as TOPIC_PROJECTION
from services.reporting.consumers import VERSION
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.known_codes import require_known
from shared.contracts import referral
from shared.contracts.catalogue import examples, topics
from shared.messaging.cloudevents import PublicMessage
from tests.reporting.examples import five_referrals, the_rest
from tests.reporting.in_memory import InMemory
from tests.reporting.published import (
    attendance_revoked,
    attended,
    attributed,
    completed,
    completion_revoked,
    declined,
    evaluated,
    intake,
    left,
    merged,
    network_event,
    received,
    renamed,
    resumed,
    returned,
    split,
    start_revoked,
    started,
    step_revoked,
    stop_revoked,
    stopped,
    took_part,
    transferred,
    withdrawn,
)

GOLDEN = Path(__file__).parent / "golden"
ROWS = GOLDEN / f"rows.v{VERSION}.json"
FIGURES = GOLDEN / f"figures.v{TOPIC_PROJECTION.version}.json"


def everything() -> Sequence[PublicMessage]:
    """An example of every message, of cases that were received, and the stories of the tests."""
    known = {message.type_name(): message for topic in topics() for message in topic.messages}
    messages = [known[name].model_validate_json(json.dumps(each.value)) for name, each in examples().items()]
    received = {each.referral for each in messages if isinstance(each, referral.ReferralReceived)}
    consistent = [each for each in messages if type(each) not in referral.CASES.messages or _of(each) in received]
    return [*consistent, *five_referrals(), *the_rest(), *_corrected()]


def _corrected() -> Sequence[PublicMessage]:
    """Recorded late, taken back, recorded again, or against its own dates."""
    return [
        *(received("r6", date(2026, 4, 1)), started("r6"), intake("r6")),
        *(
            received("r7"),
            started("r7"),
            start_revoked("r7"),
            withdrawn("r7"),
            resumed("r7"),
        ),
        *(
            received("r8"),
            started("r8"),
            completed("r8"),
            completion_revoked("r8"),
            stopped("r8"),
        ),
        *(
            received("r9"),
            started("r9"),
            stopped("r9"),
            returned("r9"),
            attended(1, "r9", "excused"),
        ),
        *(
            received("r10", person="h1"),
            transferred("r10"),
            intake("r10"),
            withdrawn("r10"),
            step_revoked("r10"),
            started("r10"),
            attended(3, "r10"),
            attended(4, "r10"),
            attendance_revoked("r10", "s4"),
            stopped("r10"),
            stop_revoked("r10"),
        ),
        *(received("r12"), declined("r12", "not_suitable", "unreachable")),
        *(received("r11"), started("r11"), completed("r11"), attended(5, "r11"), attributed("r11")),
        *(
            network_event(),
            merged(),
            split(),
            evaluated("t2", 4),
            took_part("q2", present=False),
            left(),
            renamed(),
        ),
    ]


def _of(message: PublicMessage) -> str:
    return str(message.model_dump()["referral"])


def in_memory() -> InMemory:
    """All of it, in memory."""
    projected = InMemory()
    for message in everything():
        require_known(message)
    projected.receive(everything())
    return projected


def rows(projected: InMemory) -> dict[str, Any]:
    """The rows by table and id, as they are stored."""
    return {
        projection.table: json.loads(projection.to_json(projected.rows[projection.table])) for projection in PROJECTIONS
    }


def counted(projected: InMemory) -> list[list[Any]]:
    """What they add to the figures, the members and the sources, in order."""
    everything_counted = [
        *(+projected.figures).items(),
        *(+projected.members).items(),
        *(+projected.sources).items(),
    ]
    return sorted([*map(str, key), n] for key, n in everything_counted)


def in_json(value: Any) -> str:
    """As it stands in a file."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    ROWS.write_text(in_json(rows(in_memory())), encoding="utf-8")
    FIGURES.write_text(in_json(counted(in_memory())), encoding="utf-8")
