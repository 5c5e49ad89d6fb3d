"""The rules of attendance: who was there decides the counts, and whose certificate still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from services.training.refusals import Refusal
from services.training.trainings.commands import CorrectAttendance, HoldTraining, RecordAttendance
from services.training.trainings.events import (
    CertificateRevoked,
    ParticipationRecorded,
    TrainingEvent,
    TrainingHeld,
    TrainingPlanned,
    WalkInNamed,
)
from services.training.trainings.guards import given, not_yet_given
from services.training.trainings.state import Training
from services.training.values import Professional
from shared.domain.messages import Refused
from shared.i18n.code_lists import Sector


def hold(state: Training, command: HoldTraining) -> list[TrainingEvent]:
    """It is held once, after its last day, with somebody there."""
    events = _recorded(state, command)
    if state.status == "held" and not events:
        return []
    not_yet_given(state)
    if command.on < state.last_day:
        raise Refused(Refusal.TRAINING_NOT_OVER)
    if not (command.walk_ins or command.present or command.partly or any(command.counted.values())):
        raise Refused(Refusal.NOBODY_PRESENT)
    return events


def correct(state: Training, command: CorrectAttendance) -> list[TrainingEvent]:
    """What was recorded is said again, only as far as it differs; a certificate that says otherwise is revoked."""
    given(state, command.on)
    return _recorded(state, command)


def _recorded(state: Training, command: RecordAttendance) -> list[TrainingEvent]:
    assert state.planned  # noqa: S101 - `decide` refused a training that was not planned
    there, days = _people(state, command), _days(state, command)
    presence = dict.fromkeys((*state.roll.places, *state.recorded), False) | dict.fromkeys(there, True)
    participations = [_participation(state, each, there.get(each), days.get(each)) for each in presence]
    differing = [each for each in participations if each and each != state.recorded.get(each.participant_id)]
    held = _held(state, state.planned, command, there)
    return [
        *_walked_in(state, command),
        *differing,
        *([] if state.held == held else [held]),
        *_revoked(state, command, differing),
    ]


def _people(state: Training, command: RecordAttendance) -> dict[str, Professional]:
    """Those present by participant, as they were named at the door or else before; refuses somebody nobody knows."""
    there = {each.participant_id: each for each in command.walk_ins}
    for participant_id in (*command.present, *(each.participant_id for each in command.partly)):
        professional = there.get(participant_id) or state.known(participant_id)
        if professional is None:
            raise Refused(Refusal.PARTICIPANT_UNKNOWN)
        there[participant_id] = professional
    return there


def _days(state: Training, command: RecordAttendance) -> dict[str, tuple[date, ...]]:
    """The days of those who were not there on every day; refuses a day that is not one of the training."""
    every = {day.on for day in state.days}
    found = {each.participant_id: tuple(sorted(set(each.days))) for each in command.partly}
    if not every.issuperset(day for days in found.values() for day in days):
        raise Refused(Refusal.DAY_NOT_OF_TRAINING)
    return {each: days for each, days in found.items() if len(days) < len(every)}


def _walked_in(state: Training, command: RecordAttendance) -> list[TrainingEvent]:
    """Who is named at the door, but for those of whom the same was known already."""
    new = {each.participant_id: each for each in command.walk_ins if state.known(each.participant_id) != each}
    return [WalkInNamed(training_id=command.training_id, on=state.last_day, professional=each) for each in new.values()]


def _participation(
    state: Training, participant_id: str, there: Professional | None, days: tuple[date, ...] | None
) -> ParticipationRecorded | None:
    professional = there or state.known(participant_id)
    if professional is None or state.planned is None:
        return None
    return ParticipationRecorded(
        training_id=state.planned.training_id,
        on=state.last_day,
        participant_id=participant_id,
        kind=state.kind,
        city=state.city,
        organisation_id=professional.organisation_id,
        sector=professional.sector,
        present=there is not None,
        days=days,
    )


def _held(
    state: Training, planned: TrainingPlanned, command: RecordAttendance, there: Mapping[str, Professional]
) -> TrainingHeld:
    counted = {sector: number for sector, number in sorted(command.counted.items()) if number}
    sectors: Counter[Sector] = Counter(counted)
    sectors.update(each.sector for each in there.values())
    return TrainingHeld(
        training_id=command.training_id,
        on=state.last_day,
        kind=state.kind,
        days=tuple(day.on for day in state.days),
        city=state.city,
        online=state.online,
        organiser=planned.organiser,
        co_presenter=state.co_presenter,
        pitched=command.pitched,
        counted=counted,
        by_sector=dict(sorted(sectors.items())),
        organisations=tuple(sorted({each.organisation_id for each in there.values() if each.organisation_id})),
    )


def _revoked(
    state: Training, command: RecordAttendance, differing: Sequence[ParticipationRecorded]
) -> list[TrainingEvent]:
    return [
        CertificateRevoked(training_id=command.training_id, on=command.on, participant_id=each.participant_id)
        for each in differing
        if state.certificates.get(each.participant_id)
        and (not each.present or each.days != state.recorded[each.participant_id].days)
    ]
