"""Network events and meetings of the steering group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.reporting.metrics.measure import Measurement
from services.reporting.projections.joint import Activity, OrganisationPresent
from services.reporting.projections.row_projection import RowProjection
from shared.contracts.training import (
    NetworkEventHeld,
    NetworkEventRevoked,
    SteeringMeetingHeld,
    SteeringMeetingRevoked,
)


@dataclass(frozen=True, slots=True)
class NetworkEvent:
    """One network event as it was held, unless that was taken back."""

    held: NetworkEventHeld | None = None


@dataclass(frozen=True, slots=True)
class SteeringMeeting:
    """One meeting of the steering group as it was held, unless that was taken back."""

    held: SteeringMeetingHeld | None = None


def _evolve_event(_: NetworkEvent | None, event: NetworkEventHeld | NetworkEventRevoked) -> NetworkEvent:
    return NetworkEvent(event if isinstance(event, NetworkEventHeld) else None)


def _evolve_meeting(_: SteeringMeeting | None, event: SteeringMeetingHeld | SteeringMeetingRevoked) -> SteeringMeeting:
    return SteeringMeeting(event if isinstance(event, SteeringMeetingHeld) else None)


def _measure_event(row: NetworkEvent) -> Iterator[Measurement]:
    if event := row.held:
        held = Measurement("network_event", event.on, event.event, {"activity": event.city})
        yield held
        for sector, n in event.by_sector.items():
            yield replace(held, step="network_participation", sector=sector, n=n)


def _measure_meeting(row: SteeringMeeting) -> Iterator[Measurement]:
    if meeting := row.held:
        held = Measurement("steering", meeting.on, meeting.meeting)
        yield held
        for partner in meeting.partners:
            yield replace(held, step="steering_partner", members={"organisation": partner})


def _derive_present(row: NetworkEvent) -> Iterator[OrganisationPresent]:
    if event := row.held:
        activity = Activity("joint_event", event.event, event.on, event.city)
        yield from (OrganisationPresent(activity, each) for each in event.organisations)


NETWORK_EVENTS = RowProjection(
    "network_events",
    NetworkEvent,
    dict.fromkeys((NetworkEventHeld, NetworkEventRevoked), lambda event: (event.event,)),
    _evolve_event,
    _measure_event,
    _derive_present,
)
STEERING_MEETINGS = RowProjection(
    "steering_meetings",
    SteeringMeeting,
    dict.fromkeys((SteeringMeetingHeld, SteeringMeetingRevoked), lambda event: (event.meeting,)),
    _evolve_meeting,
    _measure_meeting,
)
