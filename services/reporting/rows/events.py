"""Network events and meetings of the steering group."""

from __future__ import annotations

from collections.abc import Iterator

from services.reporting.rows.grain import Grain, Happening, last_said
from shared.contracts.training import NetworkEventHeld, SteeringMeetingHeld


def _event(said: NetworkEventHeld) -> Iterator[Happening]:
    yield Happening("network_event", said.on, {"activity": said.city})
    for sector, n in said.by_sector.items():
        yield Happening("network_participation", said.on, {"activity": said.city}, sector=sector, n=n)


def _meeting(said: SteeringMeetingHeld) -> Iterator[Happening]:
    yield Happening("steering", said.on)
    for partner in said.partners:
        yield Happening("steering_partner", said.on, members={"organisation": partner})


NETWORK_EVENTS = Grain(
    "network_events", NetworkEventHeld, {NetworkEventHeld: lambda message: (message.event,)}, last_said, _event
)
STEERING_MEETINGS = Grain(
    "steering_meetings",
    SteeringMeetingHeld,
    {SteeringMeetingHeld: lambda message: (message.meeting,)},
    last_said,
    _meeting,
)
