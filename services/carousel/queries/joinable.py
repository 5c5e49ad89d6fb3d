"""Which cycles can still be joined, and who is expected there?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import asyncpg

from services.carousel.cycles.forecast import Running
from services.carousel.queries.cycles import CycleSlot, sessions_of
from services.carousel.values import Needs, Session
from shared.eventstore.event_store import Connection


class Joinable(CycleSlot):
    """A cycle that runs or will, as far as it can be joined: its slot, and its sessions still to come."""

    sessions: tuple[Session, ...]
    expected: dict[str, frozenset[str]]
    seats: dict[str, int]
    needs: Needs

    @property
    def slot(self) -> str:
        """Its weekday and part of the day, as availability is kept."""
        return f"{self.weekday}/{self.part_of_day}"

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last of its sessions to come."""
        days = [each.on for each in self.sessions]
        return (min(days), max(days)) if days else (date.max, date.min)

    def people(self) -> frozenset[str]:
        """Everyone expected at a session to come."""
        return frozenset[str]().union(*self.expected.values())

    def running_for(self, referral: str) -> Running:
        """As the forecast of this person sees it: a seat of his own is not taken from him."""
        full = {
            session
            for session, people in self.expected.items()
            if referral not in people and len(people) >= self.seats[session]
        }
        return Running(self.cycle, self.sessions, frozenset(full))


async def joinable(connection: Connection, cities: Sequence[str], today: date) -> list[Joinable]:
    """The cycles of these cities that have sessions from today on, the earliest first."""
    rows = await connection.fetch(
        "select * from cycles where city = any($1) and not closed and last_on >= $2 order by first_on, cycle",
        list(cities),
        today,
    )
    sessions = await sessions_of(connection, [row["cycle"] for row in rows])
    return [_joinable(row, [each for each in sessions[row["cycle"]] if each["held_on"] >= today]) for row in rows]


def _joinable(row: asyncpg.Record, sessions: Sequence[asyncpg.Record]) -> Joinable:
    ahead = [each for each in sessions if each["status"] == "planned"]
    known = {
        name: row[name] for name in Joinable.model_fields if name not in {"sessions", "expected", "seats", "needs"}
    }
    return Joinable.model_validate(
        known
        | {
            "sessions": [
                Session(
                    session_id=each["session"],
                    module=each["module"],
                    entry_allowed=each["entry_allowed"],
                    on=each["held_on"],
                    starts=each["starts"],
                )
                for each in ahead
            ],
            "needs": json.loads(row["needs"]),
            "expected": {each["session"]: frozenset(each["expected"]) for each in ahead},
            "seats": {each["session"]: each["capacity"] for each in ahead},
        }
    )
