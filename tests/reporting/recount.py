"""The figures counted again from every message, the plain way: what the service must agree with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias, TypeVar

from shared.contracts import carousel, referral, training
from shared.messaging.cloudevents import PublicMessage

History: TypeAlias = "Mapping[tuple[str, str], Sequence[PublicMessage]]"
M = TypeVar("M", bound=PublicMessage)
DISTINCT = {"referring_persons", "referring_organisations", "trained_people", "steering_partners"}


class Counted(NamedTuple):
    """Something that counts: `what` is its reason, its measure, or who is counted once."""

    indicator: str
    on: date
    city: str = ""
    partner: str = ""
    sector: str = ""
    what: str = ""
    n: int = 1


def recount(history: History) -> list[Counted]:
    """Everything that counts, from the messages by (topic, key)."""
    messages = [each for of_key in history.values() for each in of_key]
    trainings = _standing(messages, training.TrainingHeld, training.TrainingRevoked, "training")
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


def value(
    counted: Iterable[Counted], since: date, until: date, city: str | None, partner: str | None, sector: str | None
) -> dict[str, int]:
    """The figures of these days, of the indicators of which something was counted."""
    found: dict[str, list[Counted]] = defaultdict(list)
    for each in counted:
        within = since <= each.on <= until
        if within and city in {None, each.city} and partner in {None, each.partner} and sector in {None, each.sector}:
            found[each.indicator].append(each)
    return {
        code: len({each.what for each in those}) if code in DISTINCT else sum(each.n for each in those)
        for code, those in found.items()
    }


def _names(messages: Sequence[PublicMessage]) -> list[str]:
    return sorted({each.referral for each in messages if isinstance(each, referral.ReferralReceived)})


def _last_each(messages: Iterable[PublicMessage], kind: type[M], *names: str) -> dict[str, M]:
    return {"/".join(getattr(each, name) for name in names): each for each in messages if isinstance(each, kind)}


def _standing(messages: Iterable[PublicMessage], kind: type[M], back: type[PublicMessage], name: str) -> list[M]:
    """The last of each that was told, unless it was taken back after that."""
    last: dict[str, PublicMessage] = {}
    for each in messages:
        if isinstance(each, kind | back):
            last[getattr(each, name)] = each
    return [each for each in last.values() if isinstance(each, kind)]


REVOKED: Mapping[str, type[PublicMessage]] = {
    "intake": referral.IntakeHeld,
    "acceptance": referral.ReferralAccepted,
    "decline": referral.ReferralDeclined,
    "hold": referral.ReferralPutOnHold,
    "withdrawal": referral.ReferralWithdrawn,
    "retraction": referral.ReferralRetracted,
}


def _never_told(messages: Iterable[PublicMessage]) -> list[PublicMessage]:
    """Without what was taken back: the last message of that kind, or every retraction."""
    left: list[PublicMessage] = []
    for each in messages:
        if not isinstance(each, referral.ReferralStepRevoked):
            left.append(each)
            continue
        of_kind = [nth for nth, other in enumerate(left) if isinstance(other, REVOKED[each.step])]
        for nth in reversed(of_kind if each.step == "retraction" else of_kind[-1:]):
            del left[nth]
    return left


class Journey:
    """One referral: the messages of both services about it."""

    def __init__(self, messages: Sequence[PublicMessage], name: str) -> None:
        self.messages = _never_told(each for each in messages if getattr(each, "referral", None) == name)

    def first(self, kind: type[M]) -> M | None:
        return next((each for each in self.messages if isinstance(each, kind)), None)

    def last(self, *kinds: type[M]) -> M | None:
        return next((each for each in reversed(self.messages) if isinstance(each, kinds)), None)

    @property
    def received(self) -> referral.ReferralReceived | None:
        return self.last(referral.ReferralReceived)

    @property
    def counts(self) -> bool:
        return self.received is not None and self.last(referral.ReferralRetracted) is None

    @property
    def started(self) -> carousel.ParticipationStarted | None:
        last = self.last(carousel.ParticipationStarted, carousel.StartRevoked)
        return last if isinstance(last, carousel.ParticipationStarted) else None

    @property
    def completed(self) -> carousel.ParticipationCompleted | None:
        last = self.last(carousel.ParticipationCompleted, carousel.CompletionRevoked)
        return last if isinstance(last, carousel.ParticipationCompleted) else None

    @property
    def person(self) -> str:
        of_person = self.last(referral.ReferralReceived, referral.ReferralAttributed)
        assert isinstance(of_person, referral.ReferralReceived | referral.ReferralAttributed)
        return of_person.person or f"/{of_person.referral}"

    def wanted(self, indicator: str, on: date) -> str:
        """The city wanted on that day; a transfer holds from its day on."""
        assert self.received
        if indicator == "referrals_received" or indicator.startswith("cohort_"):
            return self.received.preferred_city
        moved = [each for each in self.messages if isinstance(each, referral.ReferralTransferred) and each.on <= on]
        last = max(moved, key=lambda each: each.on, default=None)  # of one day the last told
        same = [each for each in moved if last and each.on == last.on]
        return same[-1].city if same else self.received.preferred_city

    def one(self, indicator: str, on: date, what: str = "", group: str | None = None) -> Counted:
        received = self.received
        assert received is not None
        city = self.wanted(indicator, on) if group is None else group
        return Counted(indicator, on, city, received.organisation or "", received.sector, what)

    @property
    def transfers(self) -> dict[date, str]:
        """The cities in which the road went on, by day; of one day the last told."""
        return {each.on: each.city for each in self.messages if isinstance(each, referral.ReferralTransferred)}

    def waited(self, indicator: str, since: date, on: date, group: str | None = None) -> Iterator[Counted]:
        if on >= since:
            yield self.one(indicator, on, str((on - since).days), group)

    def counted(self) -> Iterator[Counted]:
        received = self.received
        assert received is not None
        yield self.one("referrals_received", received.on)
        for indicator, member in (
            ("referring_persons", received.referrer),
            ("referring_organisations", received.organisation),
        ):
            if member:
                yield self.one(indicator, received.on, member, received.referrer_city or "")
        yield from self.before_the_group(received.on)
        yield from self.in_the_group(received.on)
        yield from self.between_cities(received)

    def between_cities(self, received: referral.ReferralReceived) -> Iterator[Counted]:
        wanted, sent_from, home = received.preferred_city, received.referrer_city, received.city_of_residence
        if sent_from and sent_from != wanted:
            yield self.one("referrals_from_other_city", received.on, sent_from, wanted)
            yield self.one("referrals_to_other_city", received.on, wanted, sent_from)
        if home != wanted:
            yield self.one("referrals_living_elsewhere", received.on, group=wanted)
            if self.started:
                yield self.one("cohort_started_living_elsewhere", received.on)
        here = wanted
        for on in sorted(self.transfers):
            if self.transfers[on] != here:
                yield self.one("transfers_in", on, here, self.transfers[on])
                yield self.one("transfers_out", on, self.transfers[on], here)
            here = self.transfers[on]

    def left(self, category: str, code: str, on: date) -> Iterator[Counted]:
        assert self.received
        if (category, code) == ("practical", "transport"):
            home = self.received.city_of_residence == self.wanted("left_for_transport", on)
            yield self.one("left_for_transport", on, "own_city" if home else "other_city")

    def before_the_group(self, since: date) -> Iterator[Counted]:
        if intake := self.first(referral.IntakeHeld):
            yield self.one("intakes_held", intake.on)
            yield from self.waited("days_to_intake", since, intake.on)
            yield self.one("cohort_intake", since)
        if accepted := self.first(referral.ReferralAccepted):
            yield self.one("accepted", accepted.on)
            yield self.one("cohort_accepted", since)
        if held := self.first(referral.ReferralPutOnHold):
            yield self.one("on_hold", held.on)
        yield from self.ended_before(since)

    def ended_before(self, since: date) -> Iterator[Counted]:
        match self.last(
            referral.ReferralAccepted, referral.ReferralDeclined, referral.ReferralResumed, referral.ReferralWithdrawn
        ):
            case referral.ReferralDeclined() as declined:
                yield self.one(declined.ground, declined.on, declined.reason)
                yield self.one(f"cohort_{declined.ground}", since, declined.reason)
            case referral.ReferralWithdrawn() as withdrawn if not self.started:
                yield self.one("withdrawn", withdrawn.on, f"{withdrawn.category}/{withdrawn.code}")
                yield self.one("cohort_withdrawn", since, f"{withdrawn.category}/{withdrawn.code}")
                yield from self.left(withdrawn.category, withdrawn.code, withdrawn.on)

    def in_the_group(self, since: date) -> Iterator[Counted]:
        if placed := self.first(carousel.ParticipantPlaced):
            yield self.one("placed", placed.on, group=placed.city)
            yield self.one("cohort_placed", since)
        if self.started:
            yield self.one("cohort_started", since)
        if self.completed:
            yield self.one("cohort_completed", since)
        stopped = self.last(carousel.ParticipationStopped, carousel.ParticipationReturned, carousel.StopRevoked)
        if isinstance(stopped, carousel.ParticipationStopped) and not self.completed:
            group = self.started.city if self.started else ""
            yield self.one("stopped", stopped.on, f"{stopped.category}/{stopped.code}", group)
            yield self.one("cohort_stopped", since, f"{stopped.category}/{stopped.code}")
            yield from self.left(stopped.category, stopped.code, stopped.on)

    def modules(self) -> set[int]:
        marks = _standing(self.messages, carousel.AttendanceRecorded, carousel.AttendanceRevoked, "session")
        return {each.module for each in marks if each.mark == "present"}


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
    for held in _standing(messages, carousel.SessionCompleted, carousel.SessionRevoked, "session"):
        yield Counted("sessions_held", held.on, held.city)
        if held.modules:
            yield Counted("sessions_per_cycle", held.on, held.city, what=str(held.modules))
        of_session = [each for each in messages if getattr(each, "session", None) == held.session]
        marks = _standing(of_session, carousel.AttendanceRecorded, carousel.AttendanceRevoked, "referral")
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
    standing = _standing(messages, training.TrainingEvaluated, training.TrainingRevoked, "training")
    for last in [each for each in standing if each.training == held.training]:
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
    events = _standing(messages, training.NetworkEventHeld, training.NetworkEventRevoked, "event")
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
    for event in _standing(messages, training.NetworkEventHeld, training.NetworkEventRevoked, "event"):
        yield Counted("network_events", event.on, event.city)
        for sector, n in event.by_sector.items():
            yield Counted("network_event_participants", event.on, event.city, sector=sector, n=n)
    for meeting in _standing(messages, training.SteeringMeetingHeld, training.SteeringMeetingRevoked, "meeting"):
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
