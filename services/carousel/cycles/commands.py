"""What may be asked of a cycle; `on` is the day it happened, `at` when it was asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.carousel.cycles.schemas import (
    Cancellation,
    CatchUp,
    Correction,
    CoverPlan,
    CycleDetails,
    DayCorrection,
    Move,
    NewCapacity,
    NewFacilitators,
    SessionRecord,
)
from services.carousel.values import ModuleIds, Needs, Numbers, People, Sessions, Version
from shared.domain.bounds import Day
from shared.domain.messages import Command, Dated
from shared.i18n.code_lists import Id, Weekday
from shared.i18n.text import Language


class ForCycle(Dated, Command):
    """A command to one cycle."""

    cycle_id: Id


class ForSession(ForCycle):
    """A command about one session of a cycle."""

    session_id: Id


class PlanCycle(CycleDetails, Command):
    """Plan a cycle whose sessions are dated already (see `planning.sessions`)."""

    offer_version: Version
    language: Language
    modules: Annotated[Numbers, Field(min_length=1)]
    needs: Needs = ()
    organisation_id: Id
    weekday: Weekday
    sessions: Sessions


class MoveSession(Move, ForSession):
    """Move a session to another day or hour."""


class CancelSession(Cancellation, ForSession):
    """Cancel a session that did not take place."""


class AddCatchUp(CatchUp, ForCycle):
    """Add a session for a module that was missed."""


class ArrangeCover(CoverPlan, ForSession):
    """Have another facilitator stand in at one session."""


class HoldSession(SessionRecord, ForSession):
    """Record that a session took place on `on`, with a mark for everyone expected."""


class CorrectAttendance(Correction, ForSession):
    """Correct one mark of a session held."""


class CloseCycle(ForCycle):
    """Close a cycle whose sessions were all held or cancelled."""


class ReopenSession(ForSession):
    """Take back that a session was held: it may still take place."""


class ReinstateSession(ForSession):
    """Take back that a session was cancelled: it will take place."""


class CorrectSessionDay(DayCorrection, ForSession):
    """Say on which day and hour a session that was held took place."""


class CancelCycle(Cancellation, ForCycle):
    """Cancel every session that did not take place, and close the cycle."""


class ChangeCapacity(NewCapacity, ForCycle):
    """Have another number of seats, at one session or at all that have none of their own."""

    session_id: Id | None = None


class ChangeFacilitators(NewFacilitators, ForCycle):
    """Have another pair run the cycle."""


class RestoreSeat(ForCycle):
    """Let the place go on that ended in error, as far as its seats are free still."""

    referral_id: Id
    kept_apart: People


class TakePlace(ForCycle):
    """Take seats at the sessions from a day on whose module the person has yet to attend."""

    referral_id: Id
    from_on: Day
    firm: bool
    attended: Numbers
    have: ModuleIds = ()
    kept_apart: People


class ReleasePlace(ForCycle):
    """Free the seats after that day, or all when the place was `refused`: then he never had it."""

    referral_id: Id
    refused: bool = False


class TakeMakeUp(ForSession):
    """Expect somebody with a place in another cycle at one session."""

    referral_id: Id
    attended: Numbers
    have: ModuleIds = ()
    kept_apart: People


class ReleaseMakeUp(ForSession):
    """Expect him there no longer."""

    referral_id: Id


CycleCommand = (
    PlanCycle
    | MoveSession
    | CancelSession
    | AddCatchUp
    | ArrangeCover
    | HoldSession
    | CorrectAttendance
    | CloseCycle
    | ReopenSession
    | ReinstateSession
    | CorrectSessionDay
    | CancelCycle
    | ChangeCapacity
    | ChangeFacilitators
    | RestoreSeat
    | TakePlace
    | ReleasePlace
    | TakeMakeUp
    | ReleaseMakeUp
)
