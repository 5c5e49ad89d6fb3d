"""What is all held of one participation: each mark, each place refused, why he stopped or left?"""

from __future__ import annotations

from datetime import date

from services.carousel.participations import events
from services.carousel.participations.events import AttendanceNoted, Unlisted
from services.carousel.participations.state import Participation as State
from services.carousel.queries.participations import Participation
from services.carousel.values import Mark
from shared.domain.messages import Message


class SessionMarked(Message):
    """How he was marked at one session; `under_duplicate` when that was under a duplicate of this referral."""

    session: str
    cycle: str
    held_on: date
    module: int
    identity: str
    mark: Mark
    under_duplicate: bool


class Why(Message):
    """A reason, and the day of it."""

    on: date
    category: str
    code: str


class PlaceRefused(Why):
    """A place that he refused."""

    cycle: str


class LeftList(Message):
    """That he left the waiting list before his first session, because his referral took another way."""

    on: date
    cause: Unlisted


class InFull(Participation):
    """One participation with all that is held of it, in order of day."""

    sessions: tuple[SessionMarked, ...]
    refused: tuple[PlaceRefused, ...]
    stopped: Why | None
    left: LeftList | None


def in_full(shown: Participation, state: State) -> InFull:
    """The participation as its row says, and the rest as its events say."""
    own = [_marked(each, under_duplicate=False) for each in state.marks.values()]
    under = [_marked(each, under_duplicate=True) for road in state.inherited.values() for each in road.marks]
    stopped = state.stopped
    return InFull.model_validate(
        shown.model_dump(exclude={"missing"})
        | {
            "sessions": sorted([*own, *under], key=lambda each: (each.held_on, each.session, each.under_duplicate)),
            "refused": [_refused(each.event) for each in state.refusals],
            "stopped": stopped and Why(on=stopped.on, category=stopped.category, code=stopped.code),
            "left": state.left and LeftList(on=state.left.on, cause=state.left.cause),
        }
    )


def _marked(mark: AttendanceNoted, *, under_duplicate: bool) -> SessionMarked:
    return SessionMarked(
        session=mark.session_id,
        cycle=mark.cycle_id,
        held_on=mark.on,
        module=mark.module,
        identity=mark.of_module,
        mark=mark.mark,
        under_duplicate=under_duplicate,
    )


def _refused(event: events.PlaceRefused) -> PlaceRefused:
    return PlaceRefused(on=event.on, category=event.category, code=event.code, cycle=event.cycle_id)
