"""What may be asked of a network event."""

from __future__ import annotations

from services.training.network_events.schemas import EventAttendance, EventMove, NetworkEventBody
from services.training.values import Cancellation, Professional, Speakers
from shared.domain.messages import Command, Dated
from shared.i18n.code_lists import Id


class ToNetworkEvent(Command):
    """Something asked of one network event."""

    event_id: Id


class ToGuest(Dated, ToNetworkEvent):
    """Something asked about one guest of a network event."""

    participant_id: Id


class PlanNetworkEvent(NetworkEventBody, Command):
    """Plan a network event; its speakers are known by id only."""

    speakers: Speakers = ()


class MoveNetworkEvent(EventMove, ToNetworkEvent):
    """Hold it on another day or elsewhere."""


class CancelNetworkEvent(Cancellation, ToNetworkEvent):
    """Do not hold it."""


class ReinstateNetworkEvent(Dated, ToNetworkEvent):
    """Hold it after all: it was cancelled in error."""


class RevokeNetworkEvent(Dated, ToNetworkEvent):
    """Take back that it took place: it was recorded in error."""


class CorrectEventDay(EventMove, ToNetworkEvent):
    """Say again on which day and where it took place, as it should have been recorded."""


class RegisterGuest(Dated, ToNetworkEvent):
    """Register someone for the network event."""

    guest: Professional


class CancelGuest(ToGuest):
    """Take that registration back; while it is `asked_by_others` too, only this one request for it."""

    asked_by_others: bool = False


class RenewGuestLink(ToGuest):
    """Give a guest another link, in the place of those given before."""


class HoldNetworkEvent(EventAttendance, ToNetworkEvent):
    """Record that it took place, how many came by sector, and of which organisations."""


class CorrectNetworkEvent(EventAttendance, ToNetworkEvent):
    """Say again who came, as it should have been recorded."""


NetworkEventCommand = (
    PlanNetworkEvent | MoveNetworkEvent | CorrectEventDay | CancelNetworkEvent | ReinstateNetworkEvent
    | RevokeNetworkEvent | RegisterGuest | CancelGuest | RenewGuestLink | HoldNetworkEvent | CorrectNetworkEvent
)  # fmt: skip
