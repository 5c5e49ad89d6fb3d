"""Valid examples of the facts and commands of the carousel; any field can be given instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.carousel.commands import cycle as ask
from services.carousel.commands import participation as ask_person
from services.carousel.consequences import CYCLES, OFFERS, PARTICIPATIONS
from services.carousel.domain.planning import sessions
from services.carousel.events import cycle, participation, values
from tests.spec import spec

CYCLE, PERSON, OTHER = "cycle-1", "referral-1", "referral-2"
FIRST = date(2026, 1, 6)
TODAY = date(2026, 6, 30)
ASKED: dict[str, Any] = {"at": datetime(2026, 6, 30, 20, tzinfo=UTC), "by": "facilitator-1"}
MODULES = tuple(
    values.Module(
        number=number,
        title=dict.fromkeys(("nl", "fr", "en"), f"Module {number}"),
        minutes=120,
        entry_allowed=number != 6,
    )
    for number in range(1, 7)
)
NUMBERS = tuple(module.number for module in MODULES)
SESSIONS = sessions(CYCLE, MODULES, FIRST, time(19))
OFFER, A_CYCLE, A_PARTICIPATION = spec(OFFERS), spec(CYCLES), spec(PARTICIPATIONS)


def session_day(nth: int) -> date:
    """The day of the nth session, from 1."""
    return SESSIONS[nth - 1].on


def plan(**other: Any) -> ask.PlanCycle:
    """Plan six sessions in Ostend."""
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "offer_id": "g-force", "offer_version": 1, "language": "nl", "modules": NUMBERS,
        "organisation_id": "intro", "city": "Oostende", "place": "Huis van het Kind", "weekday": "tuesday",
        "part_of_day": "evening", "capacity": 2, "facilitators": ("f-1", "f-2"), "sessions": SESSIONS, "on": FIRST,
    }  # fmt: skip
    return ask.PlanCycle(**ASKED, **given | other)


def planned(**other: Any) -> cycle.CyclePlanned:
    """Six sessions in Ostend, two places."""
    return cycle.CyclePlanned(**plan(**other).model_dump(exclude={"at", "by"}))


def take(person: str = PERSON, **other: Any) -> ask.TakePlace:
    """Take seats from the first session on."""
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "referral_id": person, "from_on": FIRST, "firm": True, "attended": (), "kept_apart": (),
        "on": FIRST,
    }  # fmt: skip
    return ask.TakePlace(**ASKED, **given | other)


def taken(person: str = PERSON, sessions_from: int = 1, **other: Any) -> cycle.PlaceTaken:
    """Seats from the nth session on."""
    mine = SESSIONS[sessions_from - 1 :]
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "organisation_id": "intro", "referral_id": person,
        "sessions": tuple(each.session_id for each in mine), "first_on": mine[0].on, "last_on": mine[-1].on,
        "city": "Oostende", "modules": NUMBERS, "kept_apart": (), "firm": True, "on": FIRST,
    }  # fmt: skip
    return cycle.PlaceTaken(**given | other)


def hold(nth: int, *marks: tuple[str, str], **other: Any) -> ask.HoldSession:
    """Hold the nth session."""
    given: dict[str, Any] = {
        "cycle_id": CYCLE, "session_id": f"{CYCLE}-{nth}", "attendance": marks, "on": session_day(nth),
    }  # fmt: skip
    return ask.HoldSession(**ASKED, **given | other)


def facts(nth: int, present: int, *, cover_used: bool = False) -> cycle.SessionFacts:
    """What is told of the nth session."""
    session = SESSIONS[nth - 1]
    return cycle.SessionFacts(
        session_id=session.session_id, offer_id="g-force", module=session.module, modules=NUMBERS, on=session.on,
        city="Oostende", place="Huis van het Kind", present=present, cover_used=cover_used,
    )  # fmt: skip


def held(nth: int, *marks: tuple[str, Any], cover_used: bool = False) -> cycle.SessionHeld:
    """The nth session took place."""
    present = [mark for _, mark in marks].count("present")
    return cycle.SessionHeld(
        cycle_id=CYCLE, facts=facts(nth, present, cover_used=cover_used), attendance=marks, on=session_day(nth)
    )


def joined() -> participation.JoinedWaitingList:
    """Accepted on New Year's Day."""
    return participation.JoinedWaitingList(
        referral_id=PERSON, city="Oostende", language="nl", availability=(("tuesday", "evening"),), on=date(2026, 1, 1)
    )


def placed(**other: Any) -> participation.ParticipantPlaced:
    """A place in the cycle."""
    given: dict[str, Any] = {
        "referral_id": PERSON, "cycle_id": CYCLE, "organisation_id": "intro", "city": "Oostende", "modules": NUMBERS,
        "first_on": FIRST, "last_on": session_day(6), "on": FIRST,
    }  # fmt: skip
    return participation.ParticipantPlaced(**given | other)


def offered() -> participation.PlaceOffered:
    """The same place, held until he answers."""
    return participation.PlaceOffered(**placed().model_dump())


def noted(nth: int, mark: values.Mark = "present") -> participation.AttendanceNoted:
    """His mark at the nth session."""
    return participation.AttendanceNoted(
        referral_id=PERSON, cycle_id=CYCLE, session_id=f"{CYCLE}-{nth}", module=nth, modules=NUMBERS, mark=mark,
        city="Oostende", on=session_day(nth),
    )  # fmt: skip


def note(nth: int, mark: values.Mark = "present", **other: Any) -> ask_person.NoteAttendance:
    """Note his mark at the nth session."""
    given: dict[str, Any] = {
        "referral_id": PERSON, "cycle_id": CYCLE, "session_id": f"{CYCLE}-{nth}", "module": nth, "modules": NUMBERS,
        "mark": mark, "city": "Oostende", "held_on": session_day(nth), "on": session_day(nth),
    }  # fmt: skip
    return ask_person.NoteAttendance(**ASKED, **given | other)


def started() -> participation.ParticipationStarted:
    """The first session attended."""
    return participation.ParticipationStarted(referral_id=PERSON, cycle_id=CYCLE, city="Oostende", on=FIRST)


def completed(nth: int = 6) -> participation.ParticipationCompleted:
    """The last module attended, at the nth session."""
    return participation.ParticipationCompleted(
        referral_id=PERSON, cycle_id=CYCLE, city="Oostende", on=session_day(nth)
    )


def person(command: type[Any], **fields: Any) -> Any:
    """A command about this person, a month after the first session."""
    return command(**ASKED, **{"referral_id": PERSON, "on": FIRST + timedelta(days=30)} | fields)
