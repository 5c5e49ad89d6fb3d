"""The journey of one referral, from its receipt to its last session, by the events of referral and carousel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, get_args

from services.reporting.metrics.catalogue import StepName
from services.reporting.metrics.measure import Measurement
from services.reporting.projections.between_cities import measure_between_cities
from services.reporting.projections.course import Step, Taken, steps_of, taken, without_last
from services.reporting.projections.entry import Entry, measurement
from services.reporting.projections.row_projection import DerivedEvent, RowProjection
from services.reporting.refusals import DeadLetterReason
from shared.contracts import carousel, referral
from shared.domain.messages import Refused

ReferralEvent: TypeAlias = (
    referral.ReferralReceived | referral.ReferralAttributed | referral.ReferralTransferred | referral.IntakeHeld
    | referral.ReferralAccepted | referral.ReferralDeclined | referral.ReferralPutOnHold | referral.ReferralResumed
    | referral.ReferralWithdrawn | referral.ReferralRetracted | referral.ReferralStepRevoked
)  # fmt: skip
ParticipationEvent: TypeAlias = (
    carousel.ParticipantPlaced | carousel.ParticipationStarted | carousel.StartRevoked | carousel.AttendanceRecorded
    | carousel.AttendanceRevoked | carousel.ParticipationPaused | carousel.ParticipationResumed
    | carousel.ParticipationStopped | carousel.StopRevoked | carousel.ParticipationReturned
    | carousel.ParticipationCompleted | carousel.CompletionRevoked
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReferralEntered(DerivedEvent):
    """A referral that counts came in."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class StepOfPerson(DerivedEvent):
    """A referral of a person led to a first session or to all modules; `modules` are those attended so far.

    `intake_on` is the day of its first intake, None while there was none.
    """

    entry: Entry
    name: Literal["started", "completed"]
    step: Step
    started: Step | None
    modules: tuple[int, ...]
    intake_on: date | None = None

    @property
    def person(self) -> str:
        """The person, or the referral itself where the person is not known; no id begins with that sign."""
        return self.entry.person or f"/{self.entry.referral}"


@dataclass(frozen=True, slots=True)
class Attended:
    """How one session was marked, and its module."""

    module: int
    mark: carousel.Mark


@dataclass(frozen=True, slots=True)
class Journey:
    """One referral: how it came in (once that is known), its steps, its sessions, and whether it was an error.

    `course` are the steps before the group in the order in which they were told, `in_group` those since a place was
    given, each once; `transfers` are the preferred cities since a day.
    """

    entry: Entry | None = None
    in_group: dict[StepName, Step] = field(default_factory=dict)
    sessions: dict[str, Attended] = field(default_factory=dict)
    retracted: bool = False
    course: tuple[Taken, ...] = ()
    transfers: dict[date, str] = field(default_factory=dict)

    def modules(self) -> tuple[int, ...]:
        """The different modules attended."""
        return tuple(sorted({each.module for each in self.sessions.values() if each.mark == "present"}))

    @property
    def steps(self) -> dict[StepName, Step]:
        """Every step that holds, and that counts: attendance recorded late outweighs that somebody left before it."""
        received: dict[StepName, Step] = {"received": Step(self.entry.on)} if self.entry else {}
        steps = received | steps_of(self.course) | self.in_group
        return {name: step for name, step in steps.items() if _OUTWEIGHED.get(name) not in steps}


def evolve(row: Journey | None, event: ReferralEvent | ParticipationEvent) -> Journey:
    """The journey after `event`; raises Refused `referral-unknown` when the referral service never received it."""
    journey = row or Journey()
    if isinstance(event, ParticipationEvent):
        return _participation(journey, event)
    if journey.entry is None and not isinstance(event, referral.ReferralReceived):
        raise Refused(DeadLetterReason.REFERRAL_UNKNOWN)
    return _referral(journey, event)


def _entry(event: referral.ReferralReceived) -> Entry:
    return Entry(
        referral=event.referral,
        on=event.on,
        referrer=event.referrer or "",
        organisation=event.organisation or "",
        sector=event.sector,
        referrer_city=event.referrer_city or "",
        city_of_residence=event.city_of_residence,
        preferred_city=event.preferred_city,
        person=event.person or "",
    )


def _referral(journey: Journey, event: ReferralEvent) -> Journey:
    match event:
        case referral.ReferralReceived():
            return replace(journey, entry=_entry(event))
        case referral.ReferralAttributed() if journey.entry:
            return replace(journey, entry=replace(journey.entry, person=event.person))
        case referral.ReferralTransferred():
            return replace(journey, transfers={**journey.transfers, event.on: event.city})
        case referral.ReferralRetracted():
            return replace(journey, retracted=True)
        case referral.ReferralStepRevoked():
            return _revoked(journey, event.step)
        case _:
            return replace(journey, course=(*journey.course, *taken(event)))


def _revoked(journey: Journey, name: str) -> Journey:
    """Without the last step of that name; a retraction is one of them."""
    if name == "retraction":
        return replace(journey, retracted=False)
    return replace(journey, course=without_last(journey.course, name))


def _participation(journey: Journey, event: ParticipationEvent) -> Journey:
    match event:
        case carousel.ParticipantPlaced():
            return _first(journey, "placed", Step(event.on, city=event.city))
        case carousel.ParticipationStarted():
            return _last(journey, "started", Step(event.on, city=event.city))
        case carousel.ParticipationCompleted():
            return _last(journey, "completed", Step(event.on, city=event.city))
        case carousel.ParticipationStopped():
            return _last(journey, "stopped", Step(event.on, f"{event.category}/{event.code}"))
        case carousel.StartRevoked():
            return _without(journey, "started")
        case carousel.CompletionRevoked():
            return _without(journey, "completed")
        case carousel.ParticipationReturned() | carousel.StopRevoked():
            return _without(journey, "stopped")
        case carousel.AttendanceRecorded():
            attended = Attended(event.module, event.mark)
            return replace(journey, sessions={**journey.sessions, event.session: attended})
        case carousel.AttendanceRevoked():
            left = {name: each for name, each in journey.sessions.items() if name != event.session}
            return replace(journey, sessions=left)
        case carousel.ParticipationPaused() | carousel.ParticipationResumed():
            return journey


def _first(journey: Journey, name: StepName, step: Step) -> Journey:
    """Only the first time counts: a journey that begins again is still one referral."""
    return journey if name in journey.in_group else _last(journey, name, step)


def _last(journey: Journey, name: StepName, step: Step) -> Journey:
    """The last event counts."""
    return replace(journey, in_group={**journey.in_group, name: step})


def _without(journey: Journey, name: StepName) -> Journey:
    return replace(journey, in_group={each: step for each, step in journey.in_group.items() if each != name})


_OUTWEIGHED: dict[StepName, StepName] = {"withdrawn": "started", "stopped": "completed"}


def measure(journey: Journey) -> Iterator[Measurement]:
    """Its steps, each with the days since it came in; a retracted one, or one not yet received, measures nothing."""
    entry, steps = journey.entry, journey.steps
    if entry is None or journey.retracted:
        return
    for name, step in steps.items():
        wanted = entry.preferred_city if name == "received" else entry.wanted_on(step.on, journey.transfers)
        yield measurement(entry, name, step, steps.get("started"), wanted)
    yield from measure_between_cities(entry, steps, journey.transfers)


def derive(journey: Journey) -> Iterator[ReferralEntered | StepOfPerson]:
    """That it came in, and what it led to for the person, as long as it counts."""
    if journey.entry is None or journey.retracted:
        return
    yield ReferralEntered(journey.entry)
    started, intake = journey.steps.get("started"), journey.steps.get("intake")
    for name in ("started", "completed"):
        if step := journey.steps.get(name):
            intake_on = intake.on if intake else None
            yield StepOfPerson(journey.entry, name, step, started, journey.modules(), intake_on)


JOURNEYS = RowProjection(
    "journeys",
    Journey,
    dict.fromkeys(get_args(ReferralEvent | ParticipationEvent), lambda event: (event.referral,)),
    evolve,
    measure,
    derive,
)
