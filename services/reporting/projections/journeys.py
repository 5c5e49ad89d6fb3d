"""The journey of one referral, from its receipt to its last session, by the events of referral and carousel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, get_args

from services.reporting.metrics.catalogue import CityMeans, StepName
from services.reporting.metrics.measure import Measurement
from services.reporting.projections.row_projection import DerivedEvent, RowProjection
from services.reporting.refusals import DeadLetterReason
from shared.contracts import carousel, referral
from shared.domain.messages import Refused

ReferralEvent: TypeAlias = (
    referral.ReferralReceived | referral.IntakeHeld | referral.ReferralAccepted | referral.ReferralDeclined
    | referral.ReferralPutOnHold | referral.ReferralResumed | referral.ReferralWithdrawn | referral.ReferralRetracted
)  # fmt: skip
ParticipationEvent: TypeAlias = (
    carousel.ParticipantPlaced | carousel.ParticipationStarted | carousel.StartRevoked | carousel.AttendanceRecorded
    | carousel.ParticipationPaused | carousel.ParticipationResumed | carousel.ParticipationStopped
    | carousel.ParticipationReturned | carousel.ParticipationCompleted | carousel.CompletionRevoked
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on it; `reason` is a code, `category/code` or empty, `city` that of the group."""

    on: date
    reason: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """How a referral came in; what a person who came of himself lacks is empty."""

    referral: str
    on: date
    referrer: str
    organisation: str
    sector: str
    referrer_city: str
    city_of_residence: str
    preferred_city: str

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
class Attended:
    """How one session was marked, and its module."""

    module: int
    mark: carousel.Mark


@dataclass(frozen=True, slots=True)
class Journey:
    """One referral: how it came in (once that is known), its steps, its sessions, and whether it was an error."""

    entry: Entry | None = None
    steps: dict[StepName, Step] = field(default_factory=dict)
    sessions: dict[str, Attended] = field(default_factory=dict)
    retracted: bool = False

    def modules(self) -> int:
        """How many different modules were attended."""
        return len({each.module for each in self.sessions.values() if each.mark == "present"})


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
    )


def _referral(journey: Journey, event: ReferralEvent) -> Journey:
    match event:
        case referral.ReferralReceived():
            return replace(journey, entry=_entry(event), steps={**journey.steps, "received": Step(event.on)})
        case referral.IntakeHeld():
            return _first(journey, "intake", Step(event.on))
        case referral.ReferralAccepted():
            return _first(_reopened(journey), "accepted", Step(event.on))
        case referral.ReferralDeclined():
            return _last(_reopened(journey), _step_of(event.ground), Step(event.on, event.reason))
        case referral.ReferralPutOnHold():
            return _first(journey, "on_hold", Step(event.on))
        case referral.ReferralResumed():
            return _reopened(journey)
        case referral.ReferralWithdrawn():
            return _last(_reopened(journey), "withdrawn", Step(event.on, f"{event.category}/{event.code}"))
        case referral.ReferralRetracted():
            return replace(journey, retracted=True)


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
        case carousel.ParticipationReturned():
            return _without(journey, "stopped")
        case carousel.AttendanceRecorded():
            attended = Attended(event.module, event.mark)
            return replace(journey, sessions={**journey.sessions, event.session: attended})
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


def _reopened(journey: Journey) -> Journey:
    return _without(journey, "not_eligible", "not_suitable", "withdrawn")


def _step_of(ground: str) -> StepName:
    match ground:
        case "not_eligible" | "not_suitable":
            return ground
    raise Refused(DeadLetterReason.GROUND_UNKNOWN)


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
            yield _measurement(entry, name, step, started)
    if started:
        yield replace(_measurement(entry, "modules", started, started), measured=str(journey.modules()))


def _measurement(entry: Entry, name: StepName, step: Step, started: Step | None) -> Measurement:
    return Measurement(
        step=name,
        on=step.on,
        cities=entry.cities(step.city or (started.city if started else "")),
        partner=entry.organisation,
        sector=entry.sector,
        reason=step.reason,
        received_on=entry.on,
        measured=_waited(entry.on, step.on),
        members={"referrer": entry.referrer, "organisation": entry.organisation},
    )


def _waited(since: date, on: date) -> str | None:
    """The days between them; a step dated before the receipt is a mistake in one of both: it has no length.

    Which of both is wrong nobody can know here, and which comes first is chance: so the step counts, is left out of
    what is measured, and is shown as left out.
    """
    return str((on - since).days) if on >= since else None


def derive(journey: Journey) -> Iterator[ReferralEntered]:
    """That it came in, as long as it counts."""
    if journey.entry and not journey.retracted:
        yield ReferralEntered(journey.entry)


JOURNEYS = RowProjection(
    "journeys",
    Journey,
    dict.fromkeys(get_args(ReferralEvent | ParticipationEvent), lambda event: (event.referral,)),
    evolve,
    measure,
    derive,
)
