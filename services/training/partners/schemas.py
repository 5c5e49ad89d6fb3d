"""What the requests about one partner say."""

from __future__ import annotations

from services.training.values import PartnerRole
from shared.domain.bounds import Day
from shared.domain.messages import Message


class Joining(Message):
    """A role from a day on."""

    role: PartnerRole
    since: Day


class Leaving(Message):
    """The first day it is no partner any more."""

    until: Day
