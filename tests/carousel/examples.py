"""Valid examples of the facts and commands of the carousel; any field can be given instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.carousel.cycles.aggregate import CYCLE as CYCLES
from services.carousel.cycles.commands import HoldSession, PlanCycle, TakePlace
from services.carousel.cycles.events import CyclePlanned, PlaceTaken, SessionHeld
from services.carousel.cycles.planning import sessions
from services.carousel.offers.aggregate import OFFER as OFFERS
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import NoteAttendance
from services.carousel.participations.events import (
    AttendanceNoted,
    JoinedWaitingList,
    ParticipantPlaced,
    ParticipationCompleted,
    ParticipationStarted,
    PlaceOffered,
)
from services.carousel.values import Mark, Module, SessionFacts
from tests.spec import spec

CYCLE, PERSON, OTHER = "cycle-1", "referral-1", "referral-2"
FIRST = date(2026, 1, 6)
TODAY = date(2026, 6, 30)
ASKED: dict[str, Any] = {"at": datetime(2026, 6, 30, 20, tzinfo=UTC), "by": "facilitator-1"}
MODULES = tuple(
    Module(
        number=number,
        title=dict.fromkeys(("nl", "fr", "en"), f"Module {number}"),
        minutes=120,
        entry_allowed=number != 6,
    )
    for number in range(1, 7)
)
NUMBERS = tuple(module.number for module in MODULES)
SESSIONS = sessions(CYCLE, MODULES, FIRST, time(19))
OFFER, A_CYCLE, A_PARTICIPATION = spec(OFFERS), spec(CYCLES), spec(PARTICIPATION)


def session_day(nth: int) -> date:
    """The day of the nth session, from 1."""
    return SESSIONS[nth - 1].on


def plan(**other: Any) -> PlanCycle:
    """Plan six sessions in Ostend."""
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "offer_id": "g-force", "offer_version": 1, "language": "nl", "modules": NUMBERS,
        "organisation_id": "intro", "city": "Oostende", "place": "Huis van het Kind", "weekday": "tuesday",
        "part_of_day": "evening", "capacity": 2, "facilitators": ("f-1", "f-2"), "sessions": SESSIONS, "on": FIRST,
    }  # fmt: skip
    return PlanCycle(**ASKED, **given | other)


def planned(**other: Any) -> CyclePlanned:
    """Six sessions in Ostend, two places."""
    return CyclePlanned(**plan(**other).model_dump(exclude={"at", "by"}))


def take(person: str = PERSON, **other: Any) -> TakePlace:
    """Take seats from the first session on."""
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "referral_id": person, "from_on": FIRST, "firm": True, "attended": (), "kept_apart": (),
        "on": FIRST,
    }  # fmt: skip
    return TakePlace(**ASKED, **given | other)


def taken(person: str = PERSON, sessions_from: int = 1, **other: Any) -> PlaceTaken:
    """Seats from the nth session on."""
    mine = SESSIONS[sessions_from - 1 :]
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "organisation_id": "intro", "referral_id": person,
        "sessions": tuple(each.session_id for each in mine), "first_on": mine[0].on, "last_on": mine[-1].on,
        "city": "Oostende", "modules": NUMBERS, "kept_apart": (), "firm": True,
        "from_on": mine[0].on, "on": FIRST,
    }  # fmt: skip
    return PlaceTaken(**given | other)


def hold(nth: int, *marks: tuple[str, str], **other: Any) -> HoldSession:
    """Hold the nth session."""
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "session_id": f"{CYCLE}-{nth}", "attendance": marks, "on": session_day(nth),
    }  # fmt: skip
    return HoldSession(**ASKED, **given | other)


def facts(nth: int, present: int, *, cover_used: bool = False) -> SessionFacts:
    """What is told of the nth session."""
    session = SESSIONS[nth - 1]
    return SessionFacts(
        session_id=session.session_id, offer_id="g-force", module=session.module, modules=NUMBERS, on=session.on,
        city="Oostende", place="Huis van het Kind", present=present, cover_used=cover_used,
    )  # fmt: skip


def held(nth: int, *marks: tuple[str, Any], cover_used: bool = False) -> SessionHeld:
    """The nth session took place."""
    present = [mark for _, mark in marks].count("present")
    return SessionHeld(
        cycle_id=CYCLE, facts=facts(nth, present, cover_used=cover_used), attendance=marks, on=session_day(nth)
    )


def joined() -> JoinedWaitingList:
    """Accepted on New Year's Day."""
    return JoinedWaitingList(
        referral_id=PERSON, city="Oostende", language="nl", availability=(("tuesday", "evening"),), on=date(2026, 1, 1)
    )


def placed(**other: Any) -> ParticipantPlaced:
    """A place in the cycle."""
    given: dict[str, Any] = {
        "referral_id": PERSON, "cycle_id": CYCLE, "organisation_id": "intro", "city": "Oostende", "modules": NUMBERS,
        "first_on": FIRST, "last_on": session_day(6), "on": FIRST,
    }  # fmt: skip
    return ParticipantPlaced(**given | other)


def offered() -> PlaceOffered:
    """The same place, held until he answers."""
    return PlaceOffered(**placed().model_dump())


def noted(nth: int, mark: Mark = "present") -> AttendanceNoted:
    """His mark at the nth session."""
    return AttendanceNoted(
        referral_id=PERSON, cycle_id=CYCLE, session_id=f"{CYCLE}-{nth}", module=nth, modules=NUMBERS, mark=mark,
        city="Oostende", on=session_day(nth),
    )  # fmt: skip


def note(
    nth: int, mark: Mark = "present", on: date | None = None, session_id: str | None = None, held_on: date | None = None
) -> NoteAttendance:
    """Note his mark at the nth session, or at one of that module with another id or day."""
    other = {"session_id": session_id or f"{CYCLE}-{nth}", "on": held_on or session_day(nth)}
    session = facts(nth, 1).model_copy(update=other)
    return NoteAttendance(
        **ASKED, referral_id=PERSON, cycle_id=CYCLE, session=session, mark=mark, on=on or session_day(nth)
    )


def started() -> ParticipationStarted:
    """The first session attended."""
    return ParticipationStarted(referral_id=PERSON, cycle_id=CYCLE, city="Oostende", on=FIRST)


def completed(nth: int = 6) -> ParticipationCompleted:
    """The last module attended, at the nth session."""
    return ParticipationCompleted(referral_id=PERSON, cycle_id=CYCLE, city="Oostende", on=session_day(nth))


def person(command: type[Any], **fields: Any) -> Any:
    """A command about this person, a month after the first session."""
    return command(**ASKED, **{"referral_id": PERSON, "on": FIRST + timedelta(days=30)} | fields)
