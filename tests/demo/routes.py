"""From a request of the history to the commands of its service, by the bodies that its API reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel

from deploy.local.history import Step
from services.carousel import consequences as turning
from services.carousel import requests as carousel
from services.carousel.api.cycles import _planned
from services.carousel.commands import cycle as ask_cycle
from services.carousel.commands import participation as ask_person
from services.carousel.views.offers import Offer
from services.referral import commands as ask
from services.referral import requests as referral
from services.referral.deciders import REFERRALS, REGISTER
from services.training import registrations_csv
from services.training import requests as training
from services.training.api.desk import EVENTS, MEETINGS, PARTNERS, TRAININGS
from services.training.commands import network, steering
from services.training.commands import training as ask_training
from services.training.events.values import Professional
from shared.domain.messages import Command
from shared.eventstore.command_handler import Decider
from shared.http.auth import Caller
from shared.http.requests import fields_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
STAMP: dict[str, Any] = {"at": NOW, "by": "synthetic"}


class Asked(NamedTuple):
    """A command, its stream and its rules."""

    stream: str
    rules: Decider[Any, Any, Any]
    command: Command


class Known(Protocol):
    """What a request needs to know of what was told before."""

    states: dict[str, Any]
    organisations: set[str]

    def person_at(self, address: str) -> str: ...


Make = Callable[[dict[str, str], Any, Step, Known], Asked]


def asked(step: Step, known: Known) -> Asked:
    """The command of one step; a body that its API would not read raises."""
    path = step.path.partition("?")[0]
    for pattern, make in ROUTES[step.service].items():
        if match := re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[\\w-]+)", pattern), path):
            return make(match.groupdict(), step.body, step, known)
    raise AssertionError(path)


def _of(body: type[BaseModel], command: type[Command], of: str, rules: Decider[Any, Any, Any], *kept: str) -> Make:
    """A body that makes a command with the ids of the path; `of` names the stream, what is `kept` stays outside."""
    name = re.sub(r"[{}]", "", of.rpartition("-")[2])

    def make(ids: dict[str, str], what: Any, _: Step, __: Known) -> Asked:
        made = command(**STAMP, **ids, **fields_of(body.model_validate(what), *kept))
        return Asked(of.format(**{name: getattr(made, name)}), rules, made)

    return make


def _publish_offer(_: dict[str, str], what: Any, __: Step, ___: Known) -> Asked:
    body = carousel.NewOffer.model_validate(what)
    command = ask_cycle.PublishOffer(**STAMP, **fields_of(body), cities=("Oostende",))
    return Asked(turning.of_offer(command.offer_id), turning.OFFERS, command)


def _plan_cycle(_: dict[str, str], what: Any, step: Step, known: Known) -> Asked:
    body = carousel.NewCycle.model_validate(what)
    state = known.states[turning.of_offer(body.offer_id)]
    offer = Offer(offer=body.offer_id, version=state.version, language=state.language, modules=state.modules)
    caller = Caller("synthetic", step.role, step.organisation, frozenset())
    command = _planned(body, offer, caller, step.organisation or "").model_copy(update={"at": NOW})
    return Asked(turning.of_cycle(body.cycle_id), turning.CYCLES, command)


def _people(newcomers: tuple[training.Newcomer, ...], known: Known) -> tuple[Professional, ...]:
    assert {each.organisation_id for each in newcomers} <= known.organisations
    return tuple(each.professional(known.person_at(each.email)) for each in newcomers)


def _register(ids: dict[str, str], what: str, step: Step, known: Known) -> Asked:
    register = registrations_csv.Register.of((each, each) for each in known.organisations)
    rows = registrations_csv.read(what.encode(), register)
    people = _people(
        tuple(
            training.Newcomer(organisation_id=row.organisation, **fields_of(row, "line", "organisation"))
            for row in rows
        ),
        known,
    )
    on = date.fromisoformat(step.path.partition("?on=")[2])
    command = ask_training.RegisterProfessionals(**STAMP, **ids, on=on, professionals=people)
    return Asked(f"training-{ids['training_id']}", TRAININGS, command)


def _hold_training(ids: dict[str, str], what: Any, _: Step, known: Known) -> Asked:
    body = training.Attendance.model_validate(what)
    there = _people(body.walk_ins, known)
    command = ask_training.HoldTraining(**STAMP, **ids, **fields_of(body, "walk_ins"), walk_ins=there)
    return Asked(f"training-{ids['training_id']}", TRAININGS, command)


def _close_evaluation(ids: dict[str, str], what: Any, _: Step, __: Known) -> Asked:
    tally = ask_training.Tally(answers=5, score=40, confidence_before=10, confidence_after=20)
    command = ask_training.CloseEvaluation(**STAMP, **ids, **fields_of(training.Told.model_validate(what)), tally=tally)
    return Asked(f"training-{ids['training_id']}", TRAININGS, command)


_ORGANISATION, _REFERRAL = "organisation-{organisation_id}", "referral-{referral_id}"
_CYCLE, _PERSON = "cycle-{cycle_id}", "participation-{referral_id}"
_TRAINING, _EVENT = "training-{training_id}", "event-{event_id}"
_MEETING, _PARTNER = "meeting-{meeting_id}", "partner-{partner_id}"
_TASK = "/participations/{referral_id}/safety-tasks/{task_id}/close"
_DECISION = "/steering-meetings/{meeting_id}/decisions"


def _join(ids: dict[str, str], what: Any, _: Step, __: Known) -> Asked:
    """The register knows the city; a demo has one that every partner may be of."""
    body = training.Joining.model_validate(what)
    made = steering.JoinProgramme(**STAMP, **ids, **fields_of(body), city="Oostende")
    return Asked(_PARTNER.format(partner_id=made.partner_id), PARTNERS, made)


ROUTES: dict[str, dict[str, Make]] = {
    "referral": {
        "/organisations": _of(referral.NewOrganisation, ask.RegisterOrganisation, _ORGANISATION, REGISTER),
        "/organisations/{organisation_id}/rename": _of(
            referral.NewName, ask.RenameOrganisation, _ORGANISATION, REGISTER
        ),
        "/referrers": _of(referral.NewReferrer, ask.RegisterReferrer, _ORGANISATION, REGISTER, "name", "email"),
        "/referrals": _of(referral.NewReferral, ask.ReceiveReferral, _REFERRAL, REFERRALS, "person"),
        "/referrals/{referral_id}/intake": _of(referral.Intake, ask.RecordIntake, _REFERRAL, REFERRALS),
        **{
            f"/referrals/{{referral_id}}/{path}": _of(body, command, _REFERRAL, REFERRALS)
            for path, (body, command) in referral.ROAD.items()
        },
    },
    "carousel": {
        "/offers": _publish_offer,
        "/cycles": _plan_cycle,
        **{path: _of(body, command, _CYCLE, turning.CYCLES) for path, (body, command) in carousel.OF_CYCLES.items()},
        **{
            path: _of(body, command, _PERSON, turning.PARTICIPATIONS)
            for path, (body, command) in carousel.OF_PARTICIPATIONS.items()
        },
        _TASK: _of(carousel.Looked, ask_person.CloseSafetyTask, _PERSON, turning.PARTICIPATIONS, "note"),
    },
    "training": {
        "/trainings": _of(training.NewTraining, ask_training.PlanTraining, _TRAINING, TRAININGS),
        "/trainings/{training_id}/registrations/list": _register,
        "/trainings/{training_id}/hold": _hold_training,
        "/trainings/{training_id}/evaluation/open": _of(
            training.Told, ask_training.OpenEvaluation, _TRAINING, TRAININGS
        ),
        "/trainings/{training_id}/evaluation/close": _close_evaluation,
        **{
            f"/trainings/{{training_id}}/{path}": _of(body, command, _TRAINING, TRAININGS)
            for path, (body, command) in training.TRAINING_STEPS.items()
        },
        "/network-events": _of(training.NewNetworkEvent, network.PlanNetworkEvent, _EVENT, EVENTS, "speakers"),
        **{
            f"/network-events/{{event_id}}/{path}": _of(body, command, _EVENT, EVENTS)
            for path, (body, command) in training.EVENT_STEPS.items()
        },
        "/steering-meetings": _of(training.NewMeeting, steering.PlanSteeringMeeting, _MEETING, MEETINGS),
        "/steering-meetings/{meeting_id}/hold": _of(
            training.HeldMeeting, steering.HoldSteeringMeeting, _MEETING, MEETINGS
        ),
        _DECISION: _of(training.NewDecision, steering.TakeDecision, _MEETING, MEETINGS),
        f"{_DECISION}/{{decision_id}}/done": _of(training.Told, steering.CarryOutDecision, _MEETING, MEETINGS),
        "/partners/{partner_id}/join": _join,
    },
}
