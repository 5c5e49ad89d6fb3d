"""Every kind of row that the figures remember; what one tells, only later ones hear."""

from __future__ import annotations

from typing import Any

from services.reporting.rows.events import NETWORK_EVENTS, STEERING_MEETINGS
from services.reporting.rows.grain import Grain
from services.reporting.rows.journeys import JOURNEYS
from services.reporting.rows.organisations import ORGANISATIONS
from services.reporting.rows.precedence import REFERRER_MONTHS, REFERRERS, WINDOWS
from services.reporting.rows.sessions import CYCLES, SESSIONS
from services.reporting.rows.trainings import PARTICIPATIONS, TRAININGS
from shared.contracts import carousel, referral, training

TOPICS = (
    referral.ORGANISATIONS,
    referral.CASES,
    carousel.CASES,
    carousel.SESSIONS,
    training.ACTIVITIES,
    training.PARTICIPATIONS,
)
GRAINS: tuple[Grain[Any], ...] = (
    ORGANISATIONS,
    JOURNEYS,
    SESSIONS,
    CYCLES,
    TRAININGS,
    PARTICIPATIONS,
    NETWORK_EVENTS,
    STEERING_MEETINGS,
    REFERRER_MONTHS,
    REFERRERS,
    WINDOWS,
)
