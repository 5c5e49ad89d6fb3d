"""Which organisations there are today in the place of those that merged or were split, and who acts for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.eventstore.event_store import Connection

_MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Successors:
    """Those of a day, by the organisation in whose place they are."""

    into: Mapping[str, tuple[str, ...]]

    def of(self, organisation: str) -> tuple[str, ...]:
        """The organisations in its place, or itself."""
        found: tuple[str, ...] = (organisation,)
        for _ in range(_MOST_STEPS):
            following = tuple(dict.fromkeys(after for each in found for after in self.into.get(each, (each,))))
            if following == found:
                break
            found = following
        return found

    def kin(self, organisation: str) -> frozenset[str]:
        """It, what it became part of, and those in whose place it or that is: who is of one acts for all of them."""
        now = self.of(organisation)
        mine = {organisation, *(now if len(now) == 1 else ())}
        return frozenset(mine | {each for each in self.into if mine.intersection(self.of(each))})


async def successors(connection: Connection, on: date) -> Successors:
    """Those of that day."""
    rows = await connection.fetch("select organisation, into_ids from organisation_successors where since <= $1", on)
    return Successors({row["organisation"]: tuple(row["into_ids"]) for row in rows})
