"""What a fact of one stream asks of another, in the same transaction: all of it holds, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

from services.carousel.commands import cycle as ask
from services.carousel.commands import participation as ask_person
from services.carousel.domain import cycle, offer, participation
from services.carousel.events import cycle as facts
from services.carousel.events import participation as personal
from services.carousel.events.values import Mark, PlaceDays
from shared.domain.messages import Command, Event, Meta
from shared.eventstore.command_handler import TransactionHook, Decider, Outcome, AccessCheck, within
from shared.eventstore.event_store import Connection, EventStore

OFFERS: Decider[Any, Any, Any] = Decider(offer.initial, offer.decide, offer.evolve)
CYCLES: Decider[Any, Any, Any] = Decider(cycle.initial, cycle.decide, cycle.evolve)
PARTICIPATIONS: Decider[Any, Any, Any] = Decider(participation.initial, participation.decide, participation.evolve)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command and the stream that decides it."""

    stream: str
    decider: Decider[Any, Any, Any]
    command: Command


class Permits(Protocol):
    """What the caller of a command must be to the other streams that it uses; each raises when he is not."""

    def cycle(self, state: cycle.Cycle) -> None:
        """A cycle of which a place is asked."""

    def person(self, state: participation.Participation) -> None:
        """A person who is kept apart from another, or no longer."""


def of_offer(offer_id: str) -> str:
    """The stream of an offer."""
    return f"offer-{offer_id}"


def of_cycle(cycle_id: str) -> str:
    """The stream of a cycle."""
    return f"cycle-{cycle_id}"


def of_participation(referral_id: str) -> str:
    """The stream of a participation, and its key on the topic."""
    return f"participation-{referral_id}"


async def participation_of(connection: Connection, store: EventStore, referral_id: str) -> participation.Participation:
    """A participation as it stands in the caller's transaction."""
    facts_ = await store.read(connection, of_participation(referral_id))
    return reduce(participation.evolve, (fact.event for fact in facts_), participation.initial)


def beside(store: EventStore, meta: Meta, command: Command, permits: Permits) -> list[TransactionHook]:
    """What is done beside the command of a caller: it is followed, once he is permitted whoever else it is about.

    The other is asked for also where nothing changes: that it does not would tell who is kept apart from whom.
    """

    async def look(connection: Connection, _: Outcome) -> None:
        if isinstance(command, ask_person.DeclareNonAssociation | ask_person.LiftNonAssociation):
            permits.person(await participation_of(connection, store, command.other_id))

    return [look, follow(store, meta, command, permits)]


def follow(store: EventStore, meta: Meta, command: Command, permits: Permits | None = None) -> TransactionHook:
    """What `shared.decider.handle` does beside `command`: everything its facts ask for, and what these ask in turn.

    Raises Refused when one of those streams says no, and what `permits` raises when the caller may not use it, so that
    the first one is not appended either. A message of another service needs no permit.
    """

    async def ripple(connection: Connection, outcome: Outcome) -> None:
        for event in outcome.events:
            for asked in asks(event, command):
                permit = _permit(asked.command, permits) if permits else None
                await within(connection, store, asked.stream, asked.decider, asked.command, meta, [ripple], permit)

    return ripple


def _permit(command: Command, permits: Permits) -> AccessCheck[Any] | None:
    """What the caller must be permitted himself; the rest follows from what he was permitted already."""
    match command:
        case ask.TakePlace():
            return permits.cycle
        case ask_person.DeclareNonAssociation() | ask_person.LiftNonAssociation():
            return permits.person
        case _:
            return None


def asks(event: Event, because: Command) -> Iterator[Asked]:
    """The commands that `event` leads to on other streams, in the order of the streams."""
    stamp: dict[str, Any] = {"at": because.at, "by": because.by}
    match event:
        case personal.PlaceRequested():
            yield _to_cycle(
                ask.TakePlace(
                    **stamp,
                    cycle_id=event.cycle_id,
                    referral_id=event.referral_id,
                    from_on=event.from_on,
                    firm=event.firm,
                    attended=event.attended,
                    kept_apart=event.kept_apart,
                    on=event.on,
                )
            )
        case personal.PlaceGivenBack() | personal.PlaceRefused():
            yield _to_cycle(
                ask.ReleasePlace(**stamp, cycle_id=event.cycle_id, referral_id=event.referral_id, on=event.on)
            )
        case personal.NonAssociationDeclared():
            yield _to_person(
                ask_person.DeclareNonAssociation(
                    **stamp,
                    referral_id=event.other_id,
                    other_id=event.referral_id,
                    other_cycle_id=event.cycle_id,
                    on=event.on,
                )
            )
        case personal.NonAssociationLifted():
            yield _to_person(
                ask_person.LiftNonAssociation(
                    **stamp, referral_id=event.other_id, other_id=event.referral_id, on=event.on
                )
            )
        case facts.PlaceTaken():
            yield _to_person(
                ask_person.ReceivePlace(
                    **stamp,
                    referral_id=event.referral_id,
                    cycle_id=event.cycle_id,
                    organisation_id=event.organisation_id,
                    city=event.city,
                    modules=event.modules,
                    first_on=event.first_on,
                    last_on=event.last_on,
                    firm=event.firm,
                    on=event.on,
                )
            )
        case facts.SessionMoved() | facts.SessionCancelled() | facts.CatchUpAdded():
            for place in event.rescheduled:
                yield _to_person(_rescheduled(event, place, stamp))
        case facts.SessionHeld():
            for referral, mark in sorted(event.attendance):
                yield _to_person(_noted(event, referral, mark, stamp))
        case facts.AttendanceCorrected():
            yield _to_person(_noted(event, event.referral_id, event.mark, stamp))
            if event.silent:
                yield _to_person(_silent(event, event.referral_id, stamp))
        case facts.CycleClosed():
            yield from _closed(event, stamp)
        case _:
            return


def _rescheduled(
    event: facts.SessionMoved | facts.SessionCancelled | facts.CatchUpAdded, place: PlaceDays, stamp: dict[str, Any]
) -> ask_person.ReschedulePlace:
    return ask_person.ReschedulePlace(
        **stamp,
        referral_id=place.referral_id,
        cycle_id=event.cycle_id,
        first_on=place.first_on,
        last_on=place.last_on,
        on=event.on,
    )


def _noted(
    event: facts.SessionHeld | facts.AttendanceCorrected, referral: str, mark: Mark, stamp: dict[str, Any]
) -> ask_person.NoteAttendance:
    return ask_person.NoteAttendance(
        **stamp,
        referral_id=referral,
        cycle_id=event.cycle_id,
        session_id=event.facts.session_id,
        module=event.facts.module,
        modules=event.facts.modules,
        mark=mark,
        city=event.facts.city,
        held_on=event.facts.on,
        on=event.on,
    )


def _closed(event: facts.CycleClosed, stamp: dict[str, Any]) -> Iterator[Asked]:
    for referral in event.participants:
        yield _to_person(ask_person.GiveBackPlace(**stamp, referral_id=referral, cycle_id=event.cycle_id, on=event.on))
    for referral in event.silent:
        yield _to_person(_silent(event, referral, stamp))


def _silent(
    event: facts.CycleClosed | facts.AttendanceCorrected, referral: str, stamp: dict[str, Any]
) -> ask_person.OpenSafetyTask:
    return ask_person.OpenSafetyTask(
        **stamp, referral_id=referral, cycle_id=event.cycle_id, cause="silence", on=event.on
    )


def _to_cycle(command: ask.TakePlace | ask.ReleasePlace) -> Asked:
    return Asked(of_cycle(command.cycle_id), CYCLES, command)


def _to_person(command: Any) -> Asked:  # noqa: ANN401 - any command of a participation
    return Asked(of_participation(command.referral_id), PARTICIPATIONS, command)
