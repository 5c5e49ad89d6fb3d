"""The rules of attendance: who was there decides the counts, and whose certificate still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

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
from shared.domain.messages import Refused
from shared.i18n.code_lists import Sector

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
    presence = dict.fromkeys((*state.roll.places, *state.recorded), False) | dict.fromkeys(there, True)
    said = [_participation(state, command, each, there.get(each)) for each in presence]
    differing = [each for each in said if each and each != state.recorded.get(each.participant_id)]
    return [
        *_walked_in(state, command),
        *differing,
        *_held(state, command, there),
        *_revoked(state, command, differing),
    ]


def _people(state: Training, command: Attendance) -> dict[str, Professional]:
    """Those present by participant, as they were named at the door or else before; refuses somebody nobody knows."""
    there = {each.participant_id: each for each in command.walk_ins}
    for participant_id in command.present:
        professional = there.get(participant_id) or state.known(participant_id)
        if professional is None:
            raise Refused("participant-unknown")
        there[participant_id] = professional
    return there


def _walked_in(state: Training, command: Attendance) -> list[TrainingEvent]:
    """Who is named at the door, but for those of whom the same was known already."""
    new = {each.participant_id: each for each in command.walk_ins if state.known(each.participant_id) != each}
    return [WalkInNamed(training_id=command.training_id, on=state.last_day, professional=each) for each in new.values()]


def _participation(
    state: Training, command: Attendance, participant_id: str, there: Professional | None
) -> ParticipationRecorded | None:
    assert state.planned  # noqa: S101 - `dated` refused a training that was not planned
    professional = there or state.known(participant_id)
    if professional is None:
        return None
    return ParticipationRecorded(
        training_id=command.training_id,
        on=state.last_day,
        participant_id=participant_id,
        kind=state.planned.kind,
        city=state.city,
        organisation_id=professional.organisation_id,
        sector=professional.sector,
        present=there is not None,
    )


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


def _revoked(state: Training, command: Attendance, differing: Sequence[ParticipationRecorded]) -> list[TrainingEvent]:
    return [
        CertificateRevoked(training_id=command.training_id, on=command.on, participant_id=each.participant_id)
        for each in differing
        if not each.present and state.certificates.get(each.participant_id)
    ]
