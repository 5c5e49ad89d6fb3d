"""What is known of one training, and how each event changes it; no rule about what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never

from services.training.roll import Roll
from services.training.trainings.events import (
    CapacitySet,
    CertificateIssued,
    CertificateRevoked,
    EvaluationClosed,
    EvaluationOpened,
    ParticipationRecorded,
    PlaceGiven,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationOpened,
    TrainingCancelled,
    TrainingEvent,
    TrainingHeld,
    TrainingMoved,
    TrainingPlanned,
    WalkInNamed,
)
from services.training.values import Professional, TimeSlot

Status = Literal["planned", "open", "closed", "cancelled", "held"]


@dataclass(frozen=True, slots=True)
class Training:
    """One training; `recorded` is what was last recorded of each person's attendance."""

    status: Status | None = None
    planned: TrainingPlanned | None = None
    city: str = ""
    place: str | None = None
    online: bool = False
    days: tuple[TimeSlot, ...] = ()
    roll: Roll = field(default_factory=Roll)
    left: frozenset[str] = frozenset()
    cancelled_for: str | None = None
    walk_ins: Mapping[str, Professional] = field(default_factory=dict)
    recorded: Mapping[str, ParticipationRecorded] = field(default_factory=dict)
    held: TrainingHeld | None = None
    certificates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    invited: frozenset[str] = frozenset()
    evaluated: EvaluationClosed | None = None

    @property
    def organiser(self) -> str | None:
        """The organisation that gives it; None for a training nobody planned."""
        return self.planned.organiser if self.planned else None

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.days[0].on

    @property
    def last_day(self) -> date:
        """The day on which it ends."""
        return self.days[-1].on

    @property
    def present(self) -> tuple[str, ...]:
        """Those recorded as present."""
        return tuple(participant for participant, recorded in self.recorded.items() if recorded.present)

    def known(self, participant_id: str) -> Professional | None:
        """Someone registered, waiting or walked in; what was said of him at the door is what he is."""
        return self.walk_ins.get(participant_id) or self.roll.find(participant_id)


def evolve(state: Training, event: TrainingEvent) -> Training:
    """The training after one event."""
    match event:
        case TrainingPlanned():
            return _planned(state, event)
        case TrainingMoved():
            return replace(state, city=event.city, place=event.place, online=event.online, days=event.days)
        case CapacitySet():
            return replace(state, roll=replace(state.roll, capacity=event.capacity))
        case RegistrationOpened():
            return replace(state, status="open")
        case RegistrationClosed():
            return replace(state, status="closed")
        case TrainingCancelled():
            return replace(state, status="cancelled", cancelled_for=event.reason)
        case ProfessionalRegistered() | ProfessionalPutOnWaitingList() | PlaceGiven() | RegistrationCancelled():
            return _rolled(state, event)
        case WalkInNamed(professional=who):
            return replace(state, walk_ins={**state.walk_ins, who.participant_id: who})
        case TrainingHeld():
            return replace(state, status="held", held=event)
        case ParticipationRecorded():
            return replace(state, recorded={**state.recorded, event.participant_id: event})
        case CertificateIssued() | CertificateRevoked():
            return _certified(state, event)
        case EvaluationOpened():
            return replace(state, invited=state.invited.union(event.participants))
        case EvaluationClosed():
            return replace(state, evaluated=event)
        case _:
            assert_never(event)


def _planned(state: Training, event: TrainingPlanned) -> Training:
    where = replace(state, city=event.city, place=event.place, online=event.online, days=event.days)
    return replace(where, status="planned", planned=event, roll=Roll(event.capacity))


def _rolled(
    state: Training,
    event: ProfessionalRegistered | ProfessionalPutOnWaitingList | PlaceGiven | RegistrationCancelled,
) -> Training:
    match event:
        case ProfessionalRegistered(professional=who):
            return replace(state, roll=state.roll.seat(who), left=state.left - {who.participant_id})
        case ProfessionalPutOnWaitingList(professional=who):
            return replace(state, roll=state.roll.queue(who), left=state.left - {who.participant_id})
        case PlaceGiven(participant_id=who):
            return replace(state, roll=state.roll.promote(who))
        case RegistrationCancelled(participant_id=who):
            return replace(state, roll=state.roll.drop(who), left=state.left | {who})


def _certified(state: Training, event: CertificateIssued | CertificateRevoked) -> Training:
    theirs = state.certificates.get(event.participant_id, frozenset())
    now = theirs | {event.digest} if isinstance(event, CertificateIssued) else frozenset[str]()
    return replace(state, certificates={**state.certificates, event.participant_id: now})
