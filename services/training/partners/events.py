"""What has happened to the partners."""

from __future__ import annotations

from services.training.upcasting import StoredEvent
from services.training.values import PartnerRole
from shared.domain.bounds import Day
from shared.i18n.code_lists import City, Id


class PartnerJoined(StoredEvent):
    """An organisation is a partner in that role since that day; the same day again corrects the role.

    `city` is that of the organisation; nobody knows it of who joined before it was kept.
    """

    partner_id: Id
    role: PartnerRole
    since: Day
    city: City | None = None


class PartnerLeft(StoredEvent):
    """It is no partner any more, from that day on; said again, it corrects the day."""

    partner_id: Id
    until: Day


PartnerEvent = PartnerJoined | PartnerLeft
