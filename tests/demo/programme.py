"""The programme in memory: the real rules of every service, and what there is to count in what they tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import median_low
from typing import Any

from deploy.local.history import Step
from services.carousel import integration_events as carousel
from services.carousel.app import SERVICE as CAROUSEL
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import AwaitPlace, LeaveWaitingList
from services.referral import integration_events as referral
from services.referral.policies import participation_command
from services.referral.referrals.aggregate import REFERRAL
from services.reporting.metrics.catalogue import catalogue
from services.training import integration_events as training
from shared.contracts.referral import (
    OrganisationRegistered,
    OrganisationRenamed,
    ReferralAccepted,
    ReferralPutOnHold,
    ReferralWithdrawn,
)
from shared.contracts.training import PartnerJoined
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.messages import AnyRecorded, Meta, Recorded
from shared.messaging.cloudevents import Envelope, Position, PublicMessage
from shared.messaging.inbox import ReceivedMessage
from tests.demo.routes import NOW, STAMP, asked
from tests.reporting.recount import DISTINCT, recount
from tests.reporting.recount_journeys import Counted

META = Meta(by="synthetic", correlation_id="synthetic")
PUBLISHES = {
    "referral": referral.to_integration_event,
    "carousel": carousel.to_integration_event,
    "training": training.to_integration_event,
}


@dataclass(eq=False)
class Programme:
    """Every service. A refusal of any of them is raised: a history is never refused."""

    states: dict[str, Any] = field(default_factory=dict)
    messages: list[PublicMessage] = field(default_factory=list)
    organisations: set[str] = field(default_factory=set)
    people: dict[str, str] = field(default_factory=dict)

    def live(self, steps: Iterable[Step]) -> None:
        """Take the steps in their order; each leads to something."""
        for step in steps:
            assert self.take(step), step.path

    def take(self, step: Step) -> int:
        """Ask one step as its API would; returns how many events it led to."""
        return self._take(step.service, asked(step, self))

    def person_at(self, address: str) -> str:
        """The same address is the same person."""
        return self.people.setdefault(address.casefold(), f"pro-{len(self.people)}")

    def _take(self, service: str, issued: AnyIssued) -> int:
        aggregate, stream = issued.aggregate, issued.stream
        state = self.states.get(stream, aggregate.initial)
        events = aggregate.decide(state, issued.command)
        self.states[stream] = aggregate.fold(events, state)
        for event in events:
            recorded: AnyRecorded = Recorded(1, stream, 1, event, META, NOW)
            if published := PUBLISHES[service](recorded):
                self._publish(published.message)
        after = self.states[stream]
        for policy in CAROUSEL.policies if service == "carousel" else ():
            for event in events:
                for following in policy(event, issued.command, after):
                    self._take(service, following)
        return len(events)

    def _publish(self, message: PublicMessage) -> None:
        """Everybody hears it at once."""
        self.messages.append(message)
        if isinstance(message, OrganisationRegistered):
            self.organisations.add(message.organisation)
        received = ReceivedMessage(Envelope("", Position(1, 0), "", "", NOW), message)
        if command := participation_command(received):
            self._take("referral", Issued(REFERRAL, command.referral_id, command))
        for waits in self._waits(message):
            self._take("carousel", Issued(PARTICIPATION, waits.referral_id, waits))

    def _waits(self, message: PublicMessage) -> Iterator[AwaitPlace | LeaveWaitingList]:
        match message:
            case ReferralAccepted():
                known = self.states[REFERRAL.stream(message.referral)].received
                yield AwaitPlace(
                    **STAMP,
                    referral_id=message.referral,
                    city=known.preferred_city,
                    language=known.language,
                    availability=known.availability,
                    on=message.on,
                )
            case ReferralWithdrawn() | ReferralPutOnHold():
                cause = "withdrawn" if isinstance(message, ReferralWithdrawn) else "on_hold"
                said = {"referral_id": message.referral, "cause": cause, "on": message.on}
                yield LeaveWaitingList.model_validate(STAMP | said)

    def figures(self, since: date, until: date) -> dict[str, dict[str, Any]]:
        """What there is to count, by code, as reporting tells it; nothing happened outside that period."""
        counted: defaultdict[str, list[Counted]] = defaultdict(list)
        for each in recount({("", ""): self.messages}):
            assert since <= each.on <= until
            counted[each.indicator].append(each)
        return {each.code: _figure(each.code, counted[each.code]) for each in catalogue()}

    def partners(self) -> list[dict[str, str | None]]:
        """Who joined, under the first and the last name, by name."""
        names: defaultdict[str, list[str]] = defaultdict(list)
        for told in self.messages:
            if isinstance(told, OrganisationRegistered | OrganisationRenamed):
                names[told.organisation].append(told.name)
        joined = [names[told.partner] for told in self.messages if isinstance(told, PartnerJoined)]
        return [{"name": known[0], "now": known[-1] if len(known) > 1 else None} for known in sorted(joined)]


def _figure(code: str, counted: Iterable[Counted]) -> dict[str, Any]:
    by_reason: Counter[str] = Counter()
    by_city: Counter[str] = Counter()
    for each in counted:
        by_reason[each.what] += each.n
        by_city[each.city] += each.n
    value = len(by_reason) if code in DISTINCT else by_reason.total()
    median = median_low(by_reason.elements()) if by_reason and code == "sessions_per_cycle" else None
    told = {"code": code, "value": value, "by_reason": by_reason, "by_city": by_city}
    return {**told, "median": int(median) if median else None}
