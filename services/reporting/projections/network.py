"""Network events and meetings of the steering group."""

from __future__ import annotations

from collections.abc import Iterator

from services.reporting.metrics.measure import Measurement
from services.reporting.projections.row_projection import RowProjection, replaced
from shared.contracts.training import NetworkEventHeld, SteeringMeetingHeld


def _measure_event(event: NetworkEventHeld) -> Iterator[Measurement]:
    yield Measurement("network_event", event.on, {"activity": event.city})
    for sector, n in event.by_sector.items():
        yield Measurement("network_participation", event.on, {"activity": event.city}, sector=sector, n=n)


def _measure_meeting(meeting: SteeringMeetingHeld) -> Iterator[Measurement]:
    yield Measurement("steering", meeting.on)
    for partner in meeting.partners:
        yield Measurement("steering_partner", meeting.on, members={"organisation": partner})


NETWORK_EVENTS = RowProjection(
    "network_events", NetworkEventHeld, {NetworkEventHeld: lambda event: (event.event,)}, replaced, _measure_event
)
STEERING_MEETINGS = RowProjection(
    "steering_meetings",
    SteeringMeetingHeld,
    {SteeringMeetingHeld: lambda meeting: (meeting.meeting,)},
    replaced,
    _measure_meeting,
)
