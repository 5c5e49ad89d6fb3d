"""Two short histories, in order: five referrals on their way in, and the rest of the programme."""

from __future__ import annotations

from datetime import date

from shared.messaging.cloudevents import PublicMessage
from tests.reporting.published import (
    accepted,
    attended,
    completed,
    cycle,
    declined,
    evaluated,
    intake,
    joined,
    network_event,
    on_hold,
    placed,
    received,
    registered,
    retracted,
    session,
    started,
    steering,
    stopped,
    took_part,
    training_held,
    withdrawn,
)


def five_referrals() -> list[PublicMessage]:
    """One on its way, one not eligible, one withdrawn, one on hold, one who came himself and was received twice."""
    return [
        received("r1"),
        received("r2", date(2026, 1, 20), organisation="o2", city="Brugge"),
        intake("r1"),
        received("r3", date(2026, 2, 2), referrer="p2"),
        declined("r2"),
        accepted("r1"),
        intake("r3", date(2026, 2, 12)),
        received("r4", date(2026, 3, 1), referrer=None, organisation=None),
        withdrawn("r3"),
        received("r5", date(2026, 3, 1), referrer="p9"),
        on_hold("r4"),
        retracted("r5"),
    ]


def the_rest() -> list[PublicMessage]:
    """Two of the five start, one completes and one stops; two trainings, a network event and a steering meeting."""
    return [
        placed("r1"),
        placed("r3"),
        attended(1, "r1"),
        started("r1"),
        attended(1, "r3"),
        started("r3", date(2026, 3, 6)),
        attended(2, "r1"),
        attended(2, "r3", "absent"),
        stopped("r3"),
        completed("r1"),
        session(1),
        session(2, city="Brugge"),
        session(2),
        cycle(),
        training_held(),
        training_held("t2", date(2026, 2, 1), "in_depth", ("o1", "o3"), {"police": 5}, pitched=False),
        evaluated(),
        took_part("q1"),
        took_part("q1", "t2"),
        took_part("q2"),
        took_part("q3", present=False),
        network_event(police=1),
        network_event(),
        steering(),
        joined(),
        registered(),
    ]
