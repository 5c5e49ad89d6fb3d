"""A partner of the programme: one stream for each organisation that is or was one."""

from __future__ import annotations

from typing import get_args

from services.training.partners.commands import PartnerCommand
from services.training.partners.events import PartnerEvent
from services.training.partners.rules import decide
from services.training.partners.state import Partner, evolve
from shared.domain.aggregate import Aggregate

PARTNER: Aggregate[Partner, PartnerCommand, PartnerEvent] = Aggregate(
    "partner", get_args(PartnerEvent), Partner(), decide, evolve
)
