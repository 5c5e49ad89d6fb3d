"""The journey of one referral, from its receipt to its last session, by the events of referral and carousel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, get_args

from services.reporting.metrics.catalogue import CityMeans, StepName
from services.reporting.metrics.measure import Measurement
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


CourseName = Literal["intake", "acceptance", "decline", "hold", "withdrawal", "resumption"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on it; `reason` is a code, `category/code` or empty, `city` that of the group."""

    on: date
    reason: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """How a referral came in; what a person who came of himself lacks is empty, and so is a person nobody told of."""

    referral: str
    on: date
    referrer: str
    organisation: str
    sector: str
    referrer_city: str
    city_of_residence: str
    preferred_city: str
    person: str = ""

    def cities(self, group: str = "") -> dict[CityMeans, str]:
        """The city by what is meant with it."""
        return {
            "residence": self.city_of_residence,
            "referrer": self.referrer_city,
            "preferred": self.preferred_city,
            "group": group,
        }


@dataclass(frozen=True, slots=True)
class ReferralEntered(DerivedEvent):
    """A referral that counts came in."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class StepOfPerson(DerivedEvent):
    """A referral of a person led to a first session or to all modules; `modules` are those attended so far."""

    entry: Entry
    name: Literal["started", "completed"]
    step: Step
    started: Step | None
    modules: tuple[int, ...]

    @property
    def person(self) -> str:
        """The person, or the referral itself where the person is not known; no id begins with that sign."""
        return self.entry.person or f"/{self.entry.referral}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step before the group as it was told, so that one that is taken back leaves those before and after it."""

    name: CourseName
    step: Step
    ground: StepName | None = None


@dataclass(frozen=True, slots=True)
class Attended:
    """How one session was marked, and its module."""

    module: int
    mark: carousel.Mark


@dataclass(frozen=True, slots=True)
class Journey:
    """One referral: how it came in (once that is known), its steps, its sessions, and whether it was an error.

    `course` are the steps before the group in the order in which they were told, `steps` what holds of all of them;
    `transfers` are the preferred cities since a day.
    """

    entry: Entry | None = None
    steps: dict[StepName, Step] = field(default_factory=dict)
    sessions: dict[str, Attended] = field(default_factory=dict)
    retracted: bool = False
    course: tuple[Taken, ...] = ()
    transfers: dict[date, str] = field(default_factory=dict)

    def modules(self) -> tuple[int, ...]:
        """The different modules attended."""
        return tuple(sorted({each.module for each in self.sessions.values() if each.mark == "present"}))

    def wanted_on(self, on: date, entry: Entry) -> str:
        """The city that was the preferred one on that day."""
        since = max((day for day in self.transfers if day <= on), default=None)
        return self.transfers[since] if since else entry.preferred_city


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
            return replace(journey, entry=_entry(event), steps={**journey.steps, "received": Step(event.on)})
        case referral.ReferralAttributed() if journey.entry:
            return replace(journey, entry=replace(journey.entry, person=event.person))
        case referral.ReferralTransferred():
            return replace(journey, transfers={**journey.transfers, event.on: event.city})
        case referral.ReferralRetracted():
            return replace(journey, retracted=True)
        case referral.ReferralStepRevoked():
            return _revoked(journey, event.step)
        case _:
            return _on_course(journey, (*journey.course, *_taken(event)))


def _taken(event: ReferralEvent) -> Iterator[Taken]:
    match event:
        case referral.IntakeHeld():
            yield Taken("intake", Step(event.on))
        case referral.ReferralAccepted():
            yield Taken("acceptance", Step(event.on))
        case referral.ReferralDeclined():
            yield Taken("decline", Step(event.on, event.reason), _step_of(event.ground))
        case referral.ReferralPutOnHold():
            yield Taken("hold", Step(event.on))
        case referral.ReferralResumed():
            yield Taken("resumption", Step(event.on))
        case referral.ReferralWithdrawn():
            yield Taken("withdrawal", Step(event.on, f"{event.category}/{event.code}"))


def _revoked(journey: Journey, name: str) -> Journey:
    """Without the last step of that name; a retraction is one of them."""
    if name == "retraction":
        return replace(journey, retracted=False)
    last = max((nth for nth, each in enumerate(journey.course) if each.name == name), default=None)
    if last is None:
        return journey
    return _on_course(journey, (*journey.course[:last], *journey.course[last + 1 :]))


def _on_course(journey: Journey, course: tuple[Taken, ...]) -> Journey:
    others = {name: step for name, step in journey.steps.items() if name not in _BEFORE_THE_GROUP}
    return replace(journey, course=course, steps=others | _steps_of(course))


def _steps_of(course: Iterable[Taken]) -> dict[StepName, Step]:
    """What holds after these: of an intake, an acceptance and a hold the first, of an end the last until it goes on."""
    first: dict[StepName, Step] = {}
    ended: dict[StepName, Step] = {}
    for each in course:
        match each.name:
            case "intake":
                first.setdefault("intake", each.step)
            case "hold":
                first.setdefault("on_hold", each.step)
            case "acceptance":
                first.setdefault("accepted", each.step)
                ended = {}
            case "resumption":
                ended = {}
            case "withdrawal":
                ended = {"withdrawn": each.step}
            case "decline":
                ended = {each.ground: each.step} if each.ground else {}
    return first | ended


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
    return journey if name in journey.steps else _last(journey, name, step)


def _last(journey: Journey, name: StepName, step: Step) -> Journey:
    """The last event counts."""
    return replace(journey, steps={**journey.steps, name: step})


def _without(journey: Journey, *names: StepName) -> Journey:
    return replace(journey, steps={name: step for name, step in journey.steps.items() if name not in names})


def _step_of(ground: str) -> StepName:
    match ground:
        case "not_eligible" | "not_suitable":
            return ground
    raise Refused(DeadLetterReason.GROUND_UNKNOWN)


_BEFORE_THE_GROUP: frozenset[StepName] = frozenset(
    {"intake", "accepted", "on_hold", "withdrawn", "not_eligible", "not_suitable"}
)
_OUTWEIGHED: dict[StepName, StepName] = {"withdrawn": "started", "stopped": "completed"}


def measure(journey: Journey) -> Iterator[Measurement]:
    """Its steps, each with the days since it came in; a retracted one, or one not yet received, measures nothing.

    Attendance recorded late outweighs that somebody left before it: as in the referral service, in any order of topics.
    """
    entry = journey.entry
    if entry is None or journey.retracted:
        return
    started = journey.steps.get("started")
    for name, step in journey.steps.items():
        if _OUTWEIGHED.get(name) not in journey.steps:
            wanted = entry.preferred_city if name == "received" else journey.wanted_on(step.on, entry)
            yield measurement(entry, name, step, started, wanted)


def measurement(entry: Entry, name: StepName, step: Step, started: Step | None, wanted: str = "") -> Measurement:
    """A step of a referral, with the days since it came in; `started` tells the city of the group."""
    cities = entry.cities(step.city or (started.city if started else ""))
    return Measurement(
        step=name,
        on=step.on,
        cities={**cities, "preferred": wanted or entry.preferred_city},
        partner=entry.organisation,
        sector=entry.sector,
        reason=step.reason,
        received_on=entry.on,
        received_for=entry.preferred_city,
        measured=_waited(entry.on, step.on),
        members={"referrer": entry.referrer, "organisation": entry.organisation},
    )


def _waited(since: date, on: date) -> str | None:
    """The days between them; a step dated before the receipt is a mistake in one of both: it has no length.

    Which of both is wrong nobody can know here, and which comes first is chance: so the step counts, is left out of
    what is measured, and is shown as left out.
    """
    return str((on - since).days) if on >= since else None


def derive(journey: Journey) -> Iterator[ReferralEntered | StepOfPerson]:
    """That it came in, and what it led to for the person, as long as it counts."""
    if journey.entry is None or journey.retracted:
        return
    yield ReferralEntered(journey.entry)
    started = journey.steps.get("started")
    for name in ("started", "completed"):
        if step := journey.steps.get(name):
            yield StepOfPerson(journey.entry, name, step, started, journey.modules())


JOURNEYS = RowProjection(
    "journeys",
    Journey,
    dict.fromkeys(get_args(ReferralEvent | ParticipationEvent), lambda event: (event.referral,)),
    evolve,
    measure,
    derive,
)
