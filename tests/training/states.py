"""Trainings at every stage, as the facts before a decision."""

from __future__ import annotations

from typing import Any

from services.training.domain import training as rules
from services.training.events import training as told
from shared.eventstore.command_handler import Decider
from tests.spec import Spec, spec
from tests.training.examples import fact, professional

nothing: Spec[Any, Any, Any] = spec(Decider(rules.initial, rules.decide, rules.evolve))
planned = nothing.given(fact(told.TrainingPlanned))
opened = planned.given(fact(told.RegistrationOpened))
registered = opened.given(fact(told.ProfessionalRegistered))
full = registered.given(fact(told.ProfessionalRegistered, professional=professional("p-2")))
waiting = full.given(
    fact(told.ProfessionalPutOnWaitingList, professional=professional("p-3")),
    fact(told.ProfessionalPutOnWaitingList, professional=professional("p-4")),
)
cancelled = planned.given(fact(told.TrainingCancelled))
held = registered.given(fact(told.ParticipationRecorded), fact(told.TrainingHeld))
certified = held.given(fact(told.CertificateIssued))
asked = held.given(fact(told.EvaluationOpened))
