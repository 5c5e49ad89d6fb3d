"""The rules of attendance: who was there decides the counts, and whose certificate still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from services.training.commands.training import CorrectAttendance, HoldTraining
from services.training.domain.guards import given, not_yet_given
from services.training.domain.state import Training
from services.training.events.training import (
    CertificateRevoked,
    ParticipationRecorded,
    TrainingEvent,
    TrainingHeld,
    WalkInNamed,
)
from services.training.events.values import Professional
from shared.messages import Refused
from shared.terms import Sector

Attendance = HoldTraining | CorrectAttendance


def hold(state: Training, command: HoldTraining) -> list[TrainingEvent]:
    """It is held once, after its last day, with somebody there."""
    facts = _facts(state, command)
    if state.status == "held" and not facts:
        return []
    not_yet_given(state)
    if command.on < state.last_day:
        raise Refused("training-not-over")
    if not _people(state, command) and not any(command.counted.values()):
        raise Refused("nobody-present")
    return facts


def correct(state: Training, command: CorrectAttendance) -> list[TrainingEvent]:
    """What was recorded is said again, only as far as it differs; an absent person's certificate is revoked."""
    given(state)
    return _facts(state, command)


def _facts(state: Training, command: Attendance) -> list[TrainingEvent]:
    there = _people(state, command)
    presence = dict.fromkeys((*state.roll.places, *state.presence), False) | dict.fromkeys(there, True)
    differing = {each: here for each, here in presence.items() if state.presence.get(each) != here}
    return [
        *_walked_in(state, command),
        *_participations(state, command, there, differing),
        *_held(state, command, there),
        *_revoked(state, command, differing),
    ]


def _people(state: Training, command: Attendance) -> dict[str, Professional]:
    """Those present by participant; refuses somebody nobody knows."""
    there = {each.participant_id: each for each in command.walk_ins}
    for participant_id in command.present:
        professional = state.known(participant_id) or there.get(participant_id)
        if professional is None:
            raise Refused("participant-unknown")
        there[participant_id] = professional
    return {each: state.known(each) or professional for each, professional in there.items()}


def _walked_in(state: Training, command: Attendance) -> list[TrainingEvent]:
    new = {each.participant_id: each for each in command.walk_ins if state.known(each.participant_id) is None}
    return [WalkInNamed(training_id=command.training_id, on=state.last_day, professional=each) for each in new.values()]


def _participations(
    state: Training, command: Attendance, there: Mapping[str, Professional], differing: Mapping[str, bool]
) -> list[TrainingEvent]:
    assert state.planned  # noqa: S101 - `dated` refused a training that was not planned
    facts: list[TrainingEvent] = []
    for participant_id, here in differing.items():
        professional = there.get(participant_id) or state.known(participant_id)
        if professional is not None:
            facts.append(
                ParticipationRecorded(
                    training_id=command.training_id,
                    on=state.last_day,
                    participant_id=participant_id,
                    kind=state.planned.kind,
                    city=state.city,
                    organisation_id=professional.organisation_id,
                    sector=professional.sector,
                    present=here,
                )
            )
    return facts


def _held(state: Training, command: Attendance, there: Mapping[str, Professional]) -> list[TrainingEvent]:
    assert state.planned  # noqa: S101 - as above
    counted = {sector: number for sector, number in sorted(command.counted.items()) if number}
    sectors: Counter[Sector] = Counter(counted)
    sectors.update(each.sector for each in there.values())
    event = TrainingHeld(
        training_id=command.training_id,
        on=state.last_day,
        kind=state.planned.kind,
        days=tuple(day.on for day in state.days),
        city=state.city,
        online=state.online,
        organiser=state.planned.organiser,
        co_presenter=state.planned.co_presenter,
        pitched=command.pitched,
        counted=counted,
        by_sector=dict(sorted(sectors.items())),
        organisations=tuple(sorted({each.organisation_id for each in there.values() if each.organisation_id})),
    )
    return [] if state.held == event else [event]


def _revoked(state: Training, command: Attendance, differing: Mapping[str, bool]) -> list[TrainingEvent]:
    return [
        CertificateRevoked(training_id=command.training_id, on=command.on, participant_id=participant_id)
        for participant_id, here in differing.items()
        if not here and state.certificates.get(participant_id)
    ]
