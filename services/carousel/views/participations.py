"""How does each participation stand? Who may see it, who was absent twice in a row, whose pause should be reviewed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.carousel.domain import participation as rules
from services.carousel.events import participation as facts
from services.carousel.views.keyset import Key, beyond
from services.carousel.views.streams import PARTICIPATION, touched
from shared.domain.messages import Message, Recorded
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.i18n.code_lists import Availability
from shared.i18n.text import Language

VERSION = 2
SCHEMA = """
create table if not exists participations (
    referral      text      primary key,
    city          text      not null,
    language      text      not null,
    availability  text[]    not null,             -- weekday/part of day
    status        text      not null,
    waiting_since date      not null,
    started_on    date,
    completed_on  date,
    review_on     date,
    cycle         text,                           -- of the place held or offered
    organisation  text,                           -- of that cycle, or of the last one he had a place in
    attended      integer[] not null,
    modules       integer[] not null,
    absences      integer   not null,             -- in a row, the last ones
    kept_apart    text[]    not null
);
create index if not exists participations_waiting on participations (city, waiting_since) where status = 'waiting';
create index if not exists participations_cycle on participations (cycle) where cycle is not null;
create index if not exists participations_absent on participations (organisation) where absences >= 2;
create index if not exists participations_paused on participations (review_on) where status = 'paused';
"""

Status = Literal["waiting", "offered", "placed", "paused", "stopped", "unlisted", "completed"]


class Participation(Message):
    """One participation as the facilitators who work with it see it."""

    referral: str
    city: str
    language: Language
    availability: tuple[Availability, ...]
    status: Status
    waiting_since: date
    started_on: date | None
    completed_on: date | None
    review_on: date | None
    cycle: str | None
    attended: tuple[int, ...]
    modules: tuple[int, ...]
    absences_in_a_row: int
    kept_apart: tuple[str, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """The modules of the offer not attended yet."""
        return tuple(sorted(set(self.modules) - set(self.attended)))


@dataclass(slots=True)
class _Waits:
    """What the state does not keep: since when he waits."""

    since: date | None = None

    def note(self, before: rules.Participation, event: facts.ParticipationEvent) -> None:
        match event:
            case facts.JoinedWaitingList():
                self.since = event.on
            case facts.PlaceGivenBack() | facts.ParticipationResumed() | facts.ParticipationReturned():
                self.since = event.on if before.started_on else self.since


async def apply(connection: Connection, facts_: Sequence[Recorded[Any]]) -> None:
    """TopicProjection each participation the facts touch again: applying them twice is applying them once."""
    async for stream in touched(connection, facts_, PARTICIPATION):
        state, waits = rules.initial, _Waits()
        for fact in stream:
            waits.note(state, fact.event)
            state = rules.evolve(state, fact.event)
        if state.awaited and waits.since:
            await _put(connection, state.awaited, state, waits.since)


async def _put(
    connection: Connection, awaited: facts.JoinedWaitingList, state: rules.Participation, since: date
) -> None:
    cycle = state.place.cycle_id if state.place else None
    await connection.execute(
        "insert into participations values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " (select organisation from cycles where cycle = coalesce($10, $15)), $11, $12, $13, $14)"
        " on conflict (referral) do update set city = excluded.city, language = excluded.language,"
        " availability = excluded.availability, status = excluded.status, waiting_since = excluded.waiting_since,"
        " started_on = excluded.started_on, completed_on = excluded.completed_on, review_on = excluded.review_on,"
        " cycle = excluded.cycle, organisation = excluded.organisation, attended = excluded.attended,"
        " modules = excluded.modules, absences = excluded.absences, kept_apart = excluded.kept_apart",
        awaited.referral_id,
        awaited.city,
        awaited.language,
        [f"{weekday}/{part}" for weekday, part in awaited.availability],
        "completed" if state.completed_on else state.standing,
        since,
        state.started_on,
        state.completed_on,
        state.review_on,
        cycle,
        sorted(state.attended),
        sorted(state.modules),
        _absences(state),
        sorted(state.kept_apart),
        state.last_cycle,
    )


def _absences(state: rules.Participation) -> int:
    """How often he was absent since he last came; excused is neither."""
    n = 0
    for mark in sorted(state.marks.values(), key=lambda each: (each.on, each.session_id)):
        n = n + 1 if mark.mark == "absent" else 0 if mark.mark == "present" else n
    return n


async def visible(connection: Connection, caller: Caller, referrals: Sequence[str]) -> set[str]:
    """Of these people, those on whose participation this caller may act: see `SEEN`."""
    if caller.role is not Role.FACILITATOR:
        return set()
    rows = await connection.fetch(
        f"select referral from participations where referral = any($3) and {SEEN}",
        caller.organisation,
        list(caller.cities),
        list(referrals),
    )
    return {row["referral"] for row in rows}


async def as_seen(connection: Connection, caller: Caller, people: Sequence[Participation]) -> list[Participation]:
    """The same people, each kept apart only from those whom this caller may see."""
    seen = await visible(connection, caller, sorted({other for each in people for other in each.kept_apart}))
    return [
        each.model_copy(update={"kept_apart": tuple(other for other in each.kept_apart if other in seen)})
        for each in people
    ]


SEEN = """(organisation = $1 or (city = any($2) and (organisation is null or status = 'waiting')))"""
"""A facilitator sees whom his organisation ($1) has or had in a group, and who waits or had no group yet in his cities
($2); `Access.person` asks the same of the state."""


async def find(connection: Connection, referral_id: str) -> Participation | None:
    """One participation, or None; whether it may be seen, `visible` says."""
    row = await connection.fetchrow("select * from participations where referral = $1", referral_id)
    return told(dict(row)) if row else None


async def in_cycle(connection: Connection, cycle_id: str, limit: int, after: Key) -> list[Participation]:
    """Everyone who has a place in a cycle, or is offered one."""
    rows = await connection.fetch(
        f"select * from participations where cycle = $1{beyond('referral', after, 3)} order by referral limit $2",
        cycle_id,
        limit,
        *(after or ()),
    )
    return [told(dict(row)) for row in rows]


async def absent_twice(connection: Connection, caller: Caller, limit: int, after: Key) -> list[Participation]:
    """Those of the caller's organisation in a group who were absent at the last two sessions or more.

    The most often absent first: the key of a row is the number of absences, negative, and the referral.
    """
    rows = await connection.fetch(
        "select * from participations where organisation = $1 and absences >= 2 and status in ('placed', 'offered')"
        f"{beyond('-absences, referral', after, 3)} order by -absences, referral limit $2",
        caller.organisation,
        limit,
        *(after or ()),
    )
    return await as_seen(connection, caller, [told(dict(row)) for row in rows])


async def paused_past_review(
    connection: Connection, caller: Caller, today: date, limit: int, after: Key
) -> list[Participation]:
    """Those whose pause should have been looked at again, as far as the caller may see them."""
    rows = await connection.fetch(
        f"select * from participations where status = 'paused' and review_on < $3 and {SEEN}"
        f"{beyond('review_on, referral', after, 5)} order by review_on, referral limit $4",
        caller.organisation,
        list(caller.cities),
        today,
        limit,
        *(after or ()),
    )
    return await as_seen(connection, caller, [told(dict(row)) for row in rows])


def told(row: dict[str, Any]) -> Participation:
    """A row of the table as it is told."""
    slots = [tuple(each.split("/")) for each in row["availability"]]
    known = {name: row[name] for name in Participation.model_fields if name in row}
    return Participation.model_validate(
        known | {"availability": slots, "absences_in_a_row": row["absences"]},
    )
