"""The figures counted again from every message, the plain way: what the service must agree with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias, TypeVar

from shared.contracts import carousel, referral, training
from shared.messaging.cloudevents import PublicMessage
from tests.reporting.recount_journeys import Counted, Journey, standing

History: TypeAlias = "Mapping[tuple[str, str], Sequence[PublicMessage]]"
M = TypeVar("M", bound=PublicMessage)
DISTINCT = {"referring_persons", "referring_organisations", "trained_people", "steering_partners"}


def recount(history: History) -> list[Counted]:
    """Everything that counts, from the messages by (topic, key)."""
    messages = [each for of_key in history.values() for each in of_key]
    trainings = standing(messages, training.TrainingHeld, training.TrainingRevoked, "training")
    journeys = [Journey(messages, name) for name in _names(messages)]
    counting = [journey for journey in journeys if journey.counts]
    return [
        *(each for journey in counting for each in journey.counted()),
        *_people(counting),
        *_link([journey.received for journey in counting if journey.received], trainings),
        *_groups(messages),
        *(each for held in trainings for each in _training(held, messages)),
        *_joint(trainings, messages),
        *_participants(messages),
        *_network(messages),
    ]


def _names(messages: Sequence[PublicMessage]) -> list[str]:
    return sorted({each.referral for each in messages if isinstance(each, referral.ReferralReceived)})


def _last_each(messages: Iterable[PublicMessage], kind: type[M], *names: str) -> dict[str, M]:
    return {"/".join(getattr(each, name) for name in names): each for each in messages if isinstance(each, kind)}


def _people(journeys: Sequence[Journey]) -> Iterator[Counted]:
    """Who started, and who completed, once over all referrals of a person."""
    for person in {journey.person for journey in journeys}:
        of_person = [journey for journey in journeys if journey.person == person]
        started = [(each.on, each.referral, each.city, journey) for journey in of_person if (each := journey.started)]
        if started:
            on, _, city, journey = min(started, key=lambda each: each[:2])
            modules = {module for each in of_person if each.started or each.completed for module in each.modules()}
            assert journey.received
            yield journey.one("started", on, group=city)
            yield from journey.waited("days_to_first_session", journey.received.on, on, city)
            yield journey.one("modules_attended", on, str(len(modules)), city)
            if intake := journey.first(referral.IntakeHeld):
                yield from journey.waited("days_from_intake", intake.on, on, city)
            if journey.received.city_of_residence != city:
                yield journey.one("started_in_other_city", on, group=city)
        completed = [
            (done.on, done.referral, done.city, journey) for journey in of_person if (done := journey.completed)
        ]
        if completed:
            on, _, city, journey = min(completed, key=lambda each: each[:2])
            yield journey.one("completed", on, group=city)


def _link(
    received: Sequence[referral.ReferralReceived], trainings: Sequence[training.TrainingHeld]
) -> Iterator[Counted]:
    firsts: dict[str, referral.ReferralReceived] = {}
    for each in sorted(received, key=lambda each: (each.on, each.referral)):
        if each.referrer:
            firsts.setdefault(each.referrer, each)
    for each in received:
        if before := _preceding(each, trainings):
            days = str((each.on - before.on).days)
            place = (each.preferred_city, each.organisation or "", each.sector)
            yield Counted("referrals_preceded", each.on, *place, before.kind)
            yield Counted("days_since_training", each.on, *place, days)
            yield Counted(f"days_since_{before.kind}_training", each.on, *place, days)
    for each in firsts.values():
        place = (each.referrer_city or "", each.organisation or "", each.sector)
        yield Counted("new_referrers", each.on, *place)
        if before := _preceding(each, trainings):
            yield Counted("new_referrers_preceded", each.on, *place, before.kind)


def _preceding(
    each: referral.ReferralReceived, trainings: Sequence[training.TrainingHeld]
) -> training.TrainingHeld | None:
    before = [
        held
        for held in trainings
        if each.organisation in held.organisations and each.on - timedelta(days=180) <= held.on < each.on
    ]
    return max(before, key=lambda held: (held.on, held.kind == "in_depth"), default=None)


def _groups(messages: Sequence[PublicMessage]) -> Iterator[Counted]:
    for held in standing(messages, carousel.SessionCompleted, carousel.SessionRevoked, "session"):
        yield Counted("sessions_held", held.on, held.city)
        if held.modules:
            yield Counted("sessions_per_cycle", held.on, held.city, what=str(held.modules))
        of_session = [each for each in messages if getattr(each, "session", None) == held.session]
        marks = standing(of_session, carousel.AttendanceRecorded, carousel.AttendanceRevoked, "referral")
        if marks:
            present = sum(each.mark == "present" for each in marks)
            yield Counted("group_size", held.on, held.city, what=str(present))
    for cycle in _last_each(messages, carousel.CycleCompleted, "cycle").values():
        yield Counted("cycles_held", cycle.on, cycle.city)


def _training(held: training.TrainingHeld, messages: Sequence[PublicMessage]) -> Iterator[Counted]:
    here = (held.on, held.city, held.organiser)
    yield Counted("trainings_held", *here, what=held.kind)
    if held.pitched:
        yield Counted("trainings_pitched", *here, what=held.kind)
    for sector, n in held.by_sector.items():
        yield Counted("training_participations", *here, sector, held.kind, n)
    evaluations = standing(messages, training.TrainingEvaluated, training.TrainingRevoked, "training")
    for last in [each for each in evaluations if each.training == held.training]:
        yield Counted("evaluation_invited", *here, what=held.kind, n=last.invited)
        yield Counted("evaluation_answers", *here, what=held.kind, n=last.answers)
        for code, mean in (
            ("evaluation_score", last.score),
            ("confidence_before", last.confidence_before),
            ("confidence_after", last.confidence_after),
        ):
            if last.answers > 4 and mean is not None:
                yield Counted(code, *here, what=str(mean), n=last.answers)


def _joint(trainings: Sequence[training.TrainingHeld], messages: Sequence[PublicMessage]) -> Iterator[Counted]:
    """Where organisations of another city were: of one other city, or of several."""
    city_of = {
        name: each.city for name, each in _last_each(messages, referral.OrganisationRegistered, "organisation").items()
    }
    events = standing(messages, training.NetworkEventHeld, training.NetworkEventRevoked, "event")
    there = [
        *(("joint_trainings", each.on, each.city, each.organiser, each.organisations) for each in trainings),
        *(("joint_events", each.on, each.city, "", each.organisations) for each in events),
    ]
    for code, on, city, organiser, organisations in there:
        if others := {city_of[each] for each in organisations if each in city_of} - {city}:
            yield Counted(code, on, city, organiser, what=min(others) if len(others) == 1 else "several")


def _participants(messages: Sequence[PublicMessage]) -> Iterator[Counted]:
    for each in _last_each(messages, training.ParticipationRecorded, "training", "participant").values():
        if each.present:
            yield Counted("trained_people", each.on, each.city, each.organisation or "", each.sector, each.participant)


def _network(messages: Sequence[PublicMessage]) -> Iterator[Counted]:
    for event in standing(messages, training.NetworkEventHeld, training.NetworkEventRevoked, "event"):
        yield Counted("network_events", event.on, event.city)
        for sector, n in event.by_sector.items():
            yield Counted("network_event_participants", event.on, event.city, sector=sector, n=n)
    for meeting in standing(messages, training.SteeringMeetingHeld, training.SteeringMeetingRevoked, "meeting"):
        yield Counted("steering_meetings", meeting.on)
        for partner in meeting.partners:
            yield Counted("steering_partners", meeting.on, what=partner)


def keys(counted: Iterable[Counted]) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]:
    """The rows of figures and of members that these lead to."""
    figures: Counter[tuple[object, ...]] = Counter()
    members: Counter[tuple[object, ...]] = Counter()
    for each in counted:
        if each.indicator in DISTINCT:
            members[each.indicator, each.what, each.on, each.city, each.partner, each.sector] += each.n
        else:
            figures[each.on, each.city, each.partner, each.sector, each.indicator, each.what] += each.n
    return figures, members
