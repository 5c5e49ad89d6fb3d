"""All releases of the programme: one stream, so that they are numbered and audited one after the other."""

from __future__ import annotations

from typing import get_args

from services.reporting.releases.commands import ReleaseCommand
from services.reporting.releases.events import ReleaseEvent
from services.reporting.releases.rules import decide
from services.reporting.releases.state import Releases, evolve
from shared.domain.aggregate import Aggregate

PROGRAMME = "programme"
RELEASES: Aggregate[Releases, ReleaseCommand, ReleaseEvent] = Aggregate(
    "releases", get_args(ReleaseEvent), Releases(), decide, evolve
)
