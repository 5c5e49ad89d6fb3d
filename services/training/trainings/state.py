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
    DaysRequiredSet,
    EvaluationClosed,
    EvaluationOpened,
    EvaluationReopened,
    ParticipationRecorded,
    PlaceGiven,
    ProfessionalCorrected,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationOpened,
    TrainingCancelled,
    TrainingDescribed,
    TrainingEvent,
    TrainingHeld,
    TrainingMoved,
    TrainingPlanned,
    TrainingReinstated,
    TrainingRevoked,
    WalkInNamed,
)
from services.training.values import Kind, Professional, TimeSlot

Status = Literal["planned", "open", "closed", "cancelled", "held"]


@dataclass(frozen=True, slots=True)
class Training:
    """One training; `recorded` is what was last recorded of each person's attendance.

    `before` is the status it had before it was held or cancelled, `taken_back` the status that was last taken back.
    `told` is what was said of an evaluation that is open again.
    """

    status: Status | None = None
    before: Status | None = None
    taken_back: Status | None = None
    planned: TrainingPlanned | None = None
    kind: Kind = "basic"
    title: str = ""
    trainers: tuple[str, ...] = ()
    co_presenter: str | None = None
    days_required: int | None = None
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
    told: EvaluationClosed | None = None

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

    def days_of(self, participant_id: str) -> tuple[date, ...]:
        """The days on which somebody is recorded as present."""
        recorded = self.recorded.get(participant_id)
        if recorded is None or not recorded.present:
            return ()
        return tuple(day.on for day in self.days) if recorded.days is None else recorded.days

    def certifiable(self, participant_id: str) -> bool:
        """Whether somebody was there on enough days for a certificate."""
        required = min(self.days_required or len(self.days), len(self.days))
        return len(self.days_of(participant_id)) >= required

    def known(self, participant_id: str) -> Professional | None:
        """Someone registered, waiting or walked in; what was said of him at the door is what he is."""
        return self.walk_ins.get(participant_id) or self.roll.find(participant_id)


def evolve(state: Training, event: TrainingEvent) -> Training:
    """The training after one event."""
    match event:
        case ProfessionalRegistered() | ProfessionalPutOnWaitingList() | PlaceGiven() | RegistrationCancelled():
            return _rolled(state, event)
        case TrainingCancelled() | TrainingReinstated() | TrainingHeld() | TrainingRevoked():
            return _turned(state, event)
        case EvaluationOpened() | EvaluationReopened() | EvaluationClosed():
            return _asked(state, event)
        case ProfessionalCorrected(professional=who):
            walk_ins = {each: who if each == who.participant_id else one for each, one in state.walk_ins.items()}
            return replace(state, roll=state.roll.correct(who), walk_ins=walk_ins)
        case WalkInNamed(professional=who):
            return replace(state, walk_ins={**state.walk_ins, who.participant_id: who})
        case ParticipationRecorded():
            return replace(state, recorded={**state.recorded, event.participant_id: event})
        case CertificateIssued() | CertificateRevoked():
            return _certified(state, event)
        case _:
            return _planned(state, event)


_Planning = (
    TrainingPlanned | TrainingMoved | TrainingDescribed | DaysRequiredSet | CapacitySet | RegistrationOpened
    | RegistrationClosed
)  # fmt: skip


def _planned(state: Training, event: _Planning) -> Training:
    match event:
        case TrainingPlanned():
            state = _described(_moved(state, event), event)
            roll, required = Roll(event.capacity), event.days_required
            return replace(state, status="planned", planned=event, roll=roll, days_required=required)
        case TrainingMoved():
            return _moved(state, event)
        case TrainingDescribed():
            return _described(state, event)
        case DaysRequiredSet():
            return replace(state, days_required=event.days_required)
        case CapacitySet():
            return replace(state, roll=replace(state.roll, capacity=event.capacity))
        case RegistrationOpened():
            return replace(state, status="open")
        case RegistrationClosed():
            return replace(state, status="closed")
        case _:
            assert_never(event)


def _moved(state: Training, event: TrainingPlanned | TrainingMoved) -> Training:
    return replace(state, city=event.city, place=event.place, online=event.online, days=event.days)


def _described(state: Training, event: TrainingPlanned | TrainingDescribed) -> Training:
    by = replace(state, trainers=event.trainers, co_presenter=event.co_presenter)
    return replace(by, kind=event.kind, title=event.title)


def _turned(
    state: Training, event: TrainingCancelled | TrainingReinstated | TrainingHeld | TrainingRevoked
) -> Training:
    match event:
        case TrainingHeld() if state.status == "held":
            return replace(state, held=event)
        case TrainingHeld():
            return replace(state, status="held", before=state.status, taken_back=None, held=event)
        case TrainingCancelled(reason=reason):
            return replace(state, status="cancelled", before=state.status, taken_back=None, cancelled_for=reason)
        case TrainingReinstated():
            return replace(state, status=state.before, taken_back="cancelled", cancelled_for=None)
        case TrainingRevoked():
            nobody = replace(state, recorded={}, walk_ins={}, invited=frozenset(), evaluated=None, told=None)
            return replace(nobody, status=state.before, taken_back="held", held=None)


def _asked(state: Training, event: EvaluationOpened | EvaluationReopened | EvaluationClosed) -> Training:
    match event:
        case EvaluationOpened():
            return replace(state, invited=state.invited.union(event.participants))
        case EvaluationReopened():
            return replace(state, evaluated=None, told=state.evaluated)
        case EvaluationClosed():
            return replace(state, evaluated=event, told=None)


def _rolled(
    state: Training,
    event: ProfessionalRegistered | ProfessionalPutOnWaitingList | PlaceGiven | RegistrationCancelled,
) -> Training:
    match event:
        case ProfessionalRegistered(professional=who):
            return replace(state, roll=state.roll.seat(who), left=_back(state.left, who.participant_id))
        case ProfessionalPutOnWaitingList(professional=who):
            return replace(state, roll=state.roll.queue(who), left=_back(state.left, who.participant_id))
        case PlaceGiven(participant_id=who):
            return replace(state, roll=state.roll.promote(who))
        case RegistrationCancelled(participant_id=who):
            return replace(state, roll=state.roll.drop(who), left=state.left | {who})


def _back(left: frozenset[str], participant_id: str) -> frozenset[str]:
    return left - {participant_id} if participant_id in left else left


def _certified(state: Training, event: CertificateIssued | CertificateRevoked) -> Training:
    theirs = state.certificates.get(event.participant_id, frozenset())
    now = theirs | {event.digest} if isinstance(event, CertificateIssued) else frozenset[str]()
    return replace(state, certificates={**state.certificates, event.participant_id: now})
