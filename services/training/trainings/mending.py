"""What was recorded in error is taken back, or said again as it should have been; what follows from it follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from services.training.guards import days_in_order
from services.training.printing import prints
from services.training.refusals import Refusal
from services.training.trainings.commands import (
    CorrectDays,
    CorrectProfessional,
    DescribeTraining,
    ReinstateTraining,
    RequireDays,
    RevokeTraining,
)
from services.training.trainings.events import (
    CertificateRevoked,
    DaysRequiredSet,
    ParticipationRecorded,
    ProfessionalCorrected,
    TrainingDescribed,
    TrainingEvent,
    TrainingMoved,
    TrainingReinstated,
    TrainingRevoked,
)
from services.training.trainings.guards import given, somewhere
from services.training.trainings.state import Training, evolve
from services.training.values import Professional, TimeSlot
from shared.domain.messages import Refused


def revoke(state: Training, command: RevokeTraining) -> list[TrainingEvent]:
    """It was not given: nobody was there, no certificate holds, and it stands as it did before."""
    if state.taken_back == "held":
        return []
    given(state, command.on)
    there = [each for each in state.recorded.values() if each.present]
    return [
        *(each.model_copy(update={"present": False, "days": None}) for each in there),
        *_certificates(state, command.training_id, command.on, state.certificates),
        TrainingRevoked(training_id=command.training_id, on=command.on),
    ]


def reinstate(state: Training, command: ReinstateTraining) -> list[TrainingEvent]:
    """It was not cancelled: it stands as it did before, with everybody who was registered."""
    if state.taken_back == "cancelled":
        return []
    if state.status != "cancelled":
        raise Refused(Refusal.TRAINING_NOT_CANCELLED)
    return [TrainingReinstated(training_id=command.training_id, on=command.on)]


def require_days(state: Training, command: RequireDays) -> list[TrainingEvent]:
    """It can be said at any time; who was there on too few days has no certificate any more."""
    if state.status == "cancelled":
        raise Refused(Refusal.TRAINING_CANCELLED)
    if command.days_required == state.days_required:
        return []
    enough_days(state.days, command.days_required)
    event = DaysRequiredSet(training_id=command.training_id, on=command.on, days_required=command.days_required)
    after = evolve(state, event)
    too_few = [each for each in state.certificates if not after.certifiable(each)]
    return [event, *_certificates(state, command.training_id, command.on, too_few)]


def correct_professional(state: Training, command: CorrectProfessional) -> list[TrainingEvent]:
    """What somebody is in his work is said again, and what was counted by it."""
    if state.known(command.participant_id) is None:
        raise Refused(Refusal.REGISTRATION_UNKNOWN)
    professional = Professional(
        participant_id=command.participant_id,
        organisation_id=command.organisation_id,
        sector=command.sector,
        function=command.function,
        language=command.language,
    )
    if state.known(command.participant_id) == professional:
        return []
    event = ProfessionalCorrected(training_id=command.training_id, on=command.on, professional=professional)
    return [event, *_counted_again(state, professional)]


def _counted_again(state: Training, who: Professional) -> list[TrainingEvent]:
    recorded, held = state.recorded.get(who.participant_id), state.held
    if recorded is None or held is None:
        return []
    again = recorded.model_copy(update={"organisation_id": who.organisation_id, "sector": who.sector})
    if again == recorded:
        return []
    there = [each for each in {**state.recorded, who.participant_id: again}.values() if each.present]
    sectors = Counter(held.counted) + Counter(each.sector for each in there)
    organisations = tuple(sorted({each.organisation_id for each in there if each.organisation_id}))
    counts = {"by_sector": dict(sorted(sectors.items())), "organisations": organisations}
    told = held.model_copy(update=counts)
    return [again, *([] if told == held else [told])]


def enough_days(days: Sequence[TimeSlot], required: int | None) -> None:
    """No more days are required than there are."""
    if required and required > len(days):
        raise Refused(Refusal.MORE_DAYS_THAN_GIVEN)


def describe(state: Training, command: DescribeTraining) -> list[TrainingEvent]:
    """What is given and by whom can be said again at any time; a certificate of what it was not is revoked."""
    told = (command.kind, command.title, command.trainers, command.co_presenter)
    if told == (state.kind, state.title, state.trainers, state.co_presenter):
        return []
    if command.co_presenter == state.organiser:
        raise Refused(Refusal.CO_PRESENTER_IS_ORGANISER)
    prints(title=command.title)
    event = TrainingDescribed(
        training_id=command.training_id,
        on=command.on,
        kind=command.kind,
        title=command.title,
        trainers=command.trainers,
        co_presenter=command.co_presenter,
    )
    printed = (command.kind, command.title) != (state.kind, state.title)
    certified = _certificates(state, command.training_id, command.on, state.certificates if printed else ())
    return [event, *_said_again(state, evolve(state, event)), *certified]


def correct_days(state: Training, command: CorrectDays) -> list[TrainingEvent]:
    """A training that was given was given on other days, or elsewhere: none to come, and none before it was planned."""
    given(state, command.on)
    if (command.city, command.place, command.online, command.days) == (
        state.city,
        state.place,
        state.online,
        state.days,
    ):
        return []
    days_in_order(command.days, state.planned.on if state.planned else command.on)
    somewhere(command.place, online=command.online)
    prints(place=command.place)
    if command.on < command.days[-1].on:
        raise Refused(Refusal.TRAINING_NOT_OVER)
    event = TrainingMoved(
        training_id=command.training_id,
        on=command.on,
        city=command.city,
        place=command.place,
        online=command.online,
        days=command.days,
    )
    certified = _certificates(state, command.training_id, command.on, state.certificates)
    return [event, *_said_again(state, evolve(state, event)), *certified]


def _said_again(before: Training, after: Training) -> list[TrainingEvent]:
    """Who was there and that it was given, as far as it differs; who was there on the second day was on the second."""
    if after.held is None:
        return []
    where = {"on": after.last_day, "city": after.city, "kind": after.kind}
    recorded = [
        each.model_copy(update={**where, "days": _same_days(before, after, each)}) for each in before.recorded.values()
    ]
    told = where | {"online": after.online, "co_presenter": after.co_presenter}
    held = after.held.model_copy(update={**told, "days": tuple(day.on for day in after.days)})
    differing = [each for each in recorded if each != before.recorded[each.participant_id]]
    return [*differing, *([] if held == after.held else [held])]


def _same_days(before: Training, after: Training, recorded: ParticipationRecorded) -> tuple[date, ...] | None:
    if recorded.days is None:
        return None
    places = [place for place, day in enumerate(before.days) if day.on in recorded.days]
    if places and places[-1] >= len(after.days):
        raise Refused(Refusal.DAY_NOT_OF_TRAINING)
    days = tuple(after.days[place].on for place in places)
    return None if len(days) == len(after.days) else days


def _certificates(state: Training, training_id: str, on: date, whose: Iterable[str]) -> list[TrainingEvent]:
    return [
        CertificateRevoked(training_id=training_id, on=on, participant_id=each)
        for each in whose
        if state.certificates.get(each)
    ]
