"""The rows and figures that everything ever said leads to, as they are stored: pinned for each version.

`python -m tests.reporting.stored` writes them for the versions of today; the files of older versions stay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from services.reporting import figures
from services.reporting.rows import GRAINS
from services.reporting.rows.known import require_known
from shared.contracts import referral
from shared.contracts.catalogue import examples, topics
from shared.messaging.cloudevents import PublicMessage
from tests.reporting import telling as say
from tests.reporting.examples import five_referrals, the_rest
from tests.reporting.shelf import Shelf

GOLDEN = Path(__file__).parent / "golden"
ROWS = GOLDEN / f"rows.v{figures.VERSION}.json"
FIGURES = GOLDEN / f"figures.v{figures.version()}.json"


def everything() -> Sequence[PublicMessage]:
    """An example of every message, of cases that were received, and the stories of the tests."""
    known = {message.type_name(): message for topic in topics() for message in topic.messages}
    told = [known[name].model_validate_json(json.dumps(each.value)) for name, each in examples().items()]
    received = {each.referral for each in told if isinstance(each, referral.ReferralReceived)}
    heard = [each for each in told if type(each) not in referral.CASES.messages or _of(each) in received]
    return [*heard, *five_referrals(), *the_rest(), *_corrected()]


def _corrected() -> Sequence[PublicMessage]:
    """Said late, taken back, said again, or against its own dates."""
    return [
        *(say.received("r6", date(2026, 4, 1)), say.started("r6"), say.intake("r6")),
        *(say.received("r7"), say.started("r7"), say.start_revoked("r7"), say.withdrawn("r7"), say.resumed("r7")),
        *(say.received("r8"), say.started("r8"), say.completed("r8"), say.completion_revoked("r8"), say.stopped("r8")),
        *(
            say.received("r9"),
            say.started("r9"),
            say.stopped("r9"),
            say.returned("r9"),
            say.attended(1, "r9", "excused"),
        ),
        *(say.evaluated("t2", 4), say.took_part("q2", present=False), say.left(), say.renamed()),
    ]


def _of(message: PublicMessage) -> str:
    return str(message.model_dump()["referral"])


def shelf() -> Shelf:
    """All of it folded."""
    folded = Shelf()
    for message in everything():
        require_known(message)
    folded.hear(everything())
    return folded


def rows(folded: Shelf) -> dict[str, Any]:
    """The rows by table and id, as they are stored."""
    return {grain.table: json.loads(figures.written(grain, folded.rows[grain.table])) for grain in GRAINS}


def counted(folded: Shelf) -> list[list[Any]]:
    """What they add to the figures and to the members, in order."""
    everything_counted = [*(+folded.figures).items(), *(+folded.members).items()]
    return sorted([*map(str, key), n] for key, n in everything_counted)


def in_json(value: Any) -> str:
    """As it stands in a file."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    ROWS.write_text(in_json(rows(shelf())), encoding="utf-8")
    FIGURES.write_text(in_json(counted(shelf())), encoding="utf-8")
