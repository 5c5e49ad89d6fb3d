"""Trainings at every stage, as the events before a decision."""

from __future__ import annotations

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import (
    CertificateIssued,
    EvaluationOpened,
    ParticipationRecorded,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationOpened,
    TrainingCancelled,
    TrainingHeld,
    TrainingPlanned,
)
from tests.spec import spec
from tests.training.examples import event, professional

nothing = spec(TRAINING)
planned = nothing.given(event(TrainingPlanned))
opened = planned.given(event(RegistrationOpened))
registered = opened.given(event(ProfessionalRegistered))
full = registered.given(event(ProfessionalRegistered, professional=professional("p-2")))
waiting = full.given(
    event(ProfessionalPutOnWaitingList, professional=professional("p-3")),
    event(ProfessionalPutOnWaitingList, professional=professional("p-4")),
)
cancelled = planned.given(event(TrainingCancelled))
held = registered.given(event(ParticipationRecorded), event(TrainingHeld))
certified = held.given(event(CertificateIssued))
asked = held.given(event(EvaluationOpened))
