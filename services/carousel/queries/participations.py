"""How does each participation stand? Who was absent twice in a row, whose pause should be reviewed?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import computed_field

from services.carousel.access import VISIBLE, visible_participations
from shared.domain.bounds import MOST
from shared.domain.messages import JsonObject, Message
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.pagination import Page, PageRequest
from shared.i18n.code_lists import Availability
from shared.i18n.text import Language

Status = Literal["waiting", "offered", "placed", "paused", "stopped", "unlisted", "completed"]


class Participation(Message):
    """One participation as the facilitators who work with it see it.

    `attended` and `modules` are numbers in the offer that he follows, `have` the identities of all that he attended.
    """

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
    have: tuple[str, ...]
    absences_in_a_row: int
    kept_apart: tuple[str, ...]
    same_person: tuple[str, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def missing(self) -> tuple[int, ...]:
        """What he still needs: the modules, of the offer that he follows, not attended yet."""
        return tuple(sorted(set(self.modules) - set(self.attended)))


async def as_visible(connection: Connection, caller: Caller, people: Sequence[Participation]) -> list[Participation]:
    """The same people, with those kept apart and other referrals of the person only as far as this caller sees them."""
    named = {other for each in people for other in (*each.kept_apart, *each.same_person)}
    visible = await visible_participations(connection, caller, sorted(named))
    return [
        each.model_copy(
            update={
                "kept_apart": tuple(other for other in each.kept_apart if other in visible),
                "same_person": tuple(other for other in each.same_person if other in visible),
            }
        )
        for each in people
    ]


async def find(connection: Connection, referral_id: str) -> Participation | None:
    """One participation, or None; whether it may be seen, `access` says."""
    row = await connection.fetchrow("select * from participations where referral = $1", referral_id)
    return participation_of(dict(row)) if row else None


class Left(Message):
    """Somebody whom the caller saw before he was transferred to another city: only that he left, and when."""

    referral: str
    left_on: date


async def find_left(connection: Connection, caller: Caller, referral_id: str) -> Left | None:
    """That he left the city or the groups of this facilitator; None for anybody else."""
    row = await connection.fetchrow(
        "select referral, left_on from participations where referral = $1"
        " and (left_cities && $2 or $3 = any(left_groups))",
        referral_id,
        list(caller.cities),
        caller.organisation,
    )
    return Left(**row) if row and caller.role is Role.FACILITATOR else None


async def in_cycle(connection: Connection, cycle_id: str, page: PageRequest) -> list[Participation]:
    """Everyone who has a place in a cycle, or is offered one."""
    rows = await connection.fetch(
        "select * from participations where cycle = $1 and referral > $3 order by referral limit $2",
        cycle_id,
        page.rows,
        *page.key(""),
    )
    return [participation_of(dict(row)) for row in rows]


async def absent_twice(connection: Connection, caller: Caller, page: PageRequest) -> Page[Participation]:
    """Those in the groups of the caller's organisation who were absent at the last two sessions or more."""
    rows = await connection.fetch(
        "select * from participations where organisation = $1 and absences >= 2 and status in ('placed', 'offered')"
        " and (-absences, referral) > ($3, $4) order by -absences, referral limit $2",
        caller.organisation,
        page.rows,
        *page.key(-MOST, ""),
    )
    people = await as_visible(connection, caller, [participation_of(dict(row)) for row in rows])
    return page.page(people, lambda each: [-each.absences_in_a_row, each.referral])


async def paused_past_review(
    connection: Connection, caller: Caller, today: date, page: PageRequest
) -> Page[Participation]:
    """Those whose pause should have been looked at again, as far as the caller may see them."""
    rows = await connection.fetch(
        f"select * from participations where status = 'paused' and review_on < $3 and {VISIBLE}"
        " and (review_on, referral) > ($5, $6) order by review_on, referral limit $4",
        caller.organisation,
        list(caller.cities),
        today,
        page.rows,
        *page.key(date.min, ""),
    )
    people = await as_visible(connection, caller, [participation_of(dict(row)) for row in rows])
    return page.page(people, lambda each: [each.review_on or today, each.referral])


def participation_of(row: JsonObject) -> Participation:
    """A row of the table."""
    slots = [tuple(each.split("/")) for each in row["availability"]]
    known = {name: row[name] for name in Participation.model_fields if name in row}
    return Participation.model_validate(known | {"availability": slots, "absences_in_a_row": row["absences"]})
