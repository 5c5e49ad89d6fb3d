"""The programme in memory: the real rules of every service, and what there is to count in what they tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import median_low
from typing import Any

from deploy.local.history import Step
from services.carousel import consequences as turning
from services.carousel import published as carousel
from services.carousel.commands import participation as ask_person
from services.referral import published as referral
from services.referral import subscribers as referral_hears
from services.referral.deciders import REFERRALS
from services.reporting.metrics.catalogue import catalogue
from services.training import published as training
from shared.contracts import referral as said
from shared.contracts.training import PartnerJoined
from shared.domain.messages import Meta, Recorded
from shared.messaging.cloudevents import Envelope, Position, PublicMessage
from shared.messaging.inbox import ReceivedMessage
from tests.demo.routes import NOW, STAMP, Asked, asked
from tests.reporting.recount import DISTINCT, Counted, recount

META = Meta(by="synthetic", correlation_id="synthetic")
TELLS = {"referral": referral.to_integration_event, "carousel": carousel.to_integration_event, "training": training.to_integration_event}


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
        """Ask one step as its API would; returns how many facts it led to."""
        return self._take(step.service, asked(step, self))

    def person_at(self, address: str) -> str:
        """The same address is the same person."""
        return self.people.setdefault(address.casefold(), f"pro-{len(self.people)}")

    def _take(self, service: str, what: Asked) -> int:
        state = self.states.get(what.stream, what.rules.initial)
        events = what.rules.decide(state, what.command)
        for event in events:
            state = what.rules.evolve(state, event)
        self.states[what.stream] = state
        for event in events:
            fact: Recorded[Any] = Recorded(1, what.stream, 1, event, META, NOW)
            if told := TELLS[service](fact):
                self._tell(told.message)
            for next_ in turning.asks(event, what.command) if service == "carousel" else ():
                self._take("carousel", Asked(next_.stream, next_.decider, next_.command))
        return len(events)

    def _tell(self, message: PublicMessage) -> None:
        """Everybody hears it at once."""
        self.messages.append(message)
        if isinstance(message, said.OrganisationRegistered):
            self.organisations.add(message.organisation)
        for command in referral_hears.asks(ReceivedMessage(Envelope("", Position(1, 0), "", "", NOW), message)):
            self._take("referral", Asked(f"referral-{command.referral_id}", REFERRALS, command))
        for waits in self._waits(message):
            stream = turning.of_participation(waits.referral_id)
            self._take("carousel", Asked(stream, turning.PARTICIPATIONS, waits))

    def _waits(self, message: PublicMessage) -> Iterator[ask_person.AwaitPlace | ask_person.LeaveWaitingList]:
        match message:
            case said.ReferralAccepted():
                known = self.states[f"referral-{message.referral}"].received
                yield ask_person.AwaitPlace(
                    **STAMP,
                    referral_id=message.referral,
                    city=known.preferred_city,
                    language=known.language,
                    availability=known.availability,
                    on=message.on,
                )
            case said.ReferralWithdrawn() | said.ReferralPutOnHold():
                cause = "withdrawn" if isinstance(message, said.ReferralWithdrawn) else "on_hold"
                told = {"referral_id": message.referral, "cause": cause, "on": message.on}
                yield ask_person.LeaveWaitingList.model_validate(STAMP | told)

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
            if isinstance(told, said.OrganisationRegistered | said.OrganisationRenamed):
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
