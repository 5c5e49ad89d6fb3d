"""What may be asked of a partner."""

from __future__ import annotations

from services.training.partners.schemas import Joining, Leaving
from shared.domain.messages import Command
from shared.i18n.code_lists import City, Id


class JoinProgramme(Joining, Command):
    """Make an organisation of that city a partner in a role since a day, or give it another role from then on."""

    partner_id: Id
    city: City


class LeaveProgramme(Leaving, Command):
    """Say from which day on it is no partner any more."""

    partner_id: Id


PartnerCommand = JoinProgramme | LeaveProgramme
