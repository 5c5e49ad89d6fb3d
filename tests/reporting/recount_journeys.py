"""One referral counted again from every message about it, the plain way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from shared.contracts import carousel, referral
from shared.messaging.cloudevents import PublicMessage

M = TypeVar("M", bound=PublicMessage)


class Counted(NamedTuple):
    """Something that counts: `what` is its reason, its measure, or who is counted once."""

    indicator: str
    on: date
    city: str = ""
    partner: str = ""
    sector: str = ""
    what: str = ""
    n: int = 1


def standing(messages: Iterable[PublicMessage], kind: type[M], back: type[PublicMessage], name: str) -> list[M]:
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
        marks = standing(self.messages, carousel.AttendanceRecorded, carousel.AttendanceRevoked, "session")
        return {each.module for each in marks if each.mark == "present"}
