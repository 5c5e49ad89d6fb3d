"""Every projection of rows, in order: what follows from the rows of one, only later ones receive."""

from __future__ import annotations

from typing import Any

from services.reporting.projections.joint import PRESENCES, VISITED
from services.reporting.projections.journeys import JOURNEYS
from services.reporting.projections.network import NETWORK_EVENTS, STEERING_MEETINGS
from services.reporting.projections.organisations import ORGANISATIONS
from services.reporting.projections.persons import PERSONS
from services.reporting.projections.precedence import REFERRER_MONTHS, REFERRERS, WINDOWS
from services.reporting.projections.row_projection import RowProjection
from services.reporting.projections.sessions import CYCLES, SESSIONS
from services.reporting.projections.trainings import PARTICIPATIONS, TRAININGS

CONSUMER = "reporting"  # whose checkpoints say how far they are
PROJECTIONS: tuple[RowProjection[Any], ...] = (  # of whichever row
    ORGANISATIONS,
    JOURNEYS,
    PERSONS,
    SESSIONS,
    CYCLES,
    TRAININGS,
    PARTICIPATIONS,
    NETWORK_EVENTS,
    STEERING_MEETINGS,
    PRESENCES,
    VISITED,
    REFERRER_MONTHS,
    REFERRERS,
    WINDOWS,
)
