"""The rules of one participation: waiting, place, pause, stop and return; one function a command, no I/O, no clock."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from services.carousel.participations import commands, moving, persons
from services.carousel.participations.attendance import note_attendance, revoke_attendance
from services.carousel.participations.commands import ParticipationCommand
from services.carousel.participations.counting import settled
from services.carousel.participations.events import (
    JoinedWaitingList,
    LeftWaitingList,
    ParticipationEvent,
    ParticipationPaused,
    ParticipationResumed,
    ParticipationReturned,
    ParticipationStopped,
    PlaceGivenBack,
)
from services.carousel.participations.placing import (
    accept_place,
    ask_place,
    not_before_waiting,
    place_of_the_stop,
    receive_place,
    reclaim_place,
    refuse_place,
    reschedule_place,
    restore_place,
)
from services.carousel.participations.safety import (
    close_task,
    declare_apart,
    lapsed,
    open_task,
    stop_taken_back,
    task,
)
from services.carousel.participations.state import Participation, Standing
from services.carousel.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused
from shared.i18n.code_lists import reasons_for

LONGEST_PAUSE = timedelta(days=2 * 366)


def decide(state: Participation, command: ParticipationCommand) -> list[ParticipationEvent]:
    """The events a command leads to, with what is derived from them; [] when it already holds; raises Refused."""
    not_in_future(command.on, command.at)
    return settled(state, _decide(state, command), command)


def _decide(state: Participation, command: ParticipationCommand) -> list[ParticipationEvent]:
    match command:
        case commands.AwaitPlace():
            return await_place(state, command)
        case commands.LeaveWaitingList():
            return leave_waiting_list(state, command)
        case commands.OfferPlace() | commands.PlaceParticipant():
            return ask_place(state, command)
        case commands.ReceivePlace():
            persons.one_seat(state, command)
            return receive_place(state, command)
        case commands.ReschedulePlace():
            return reschedule_place(state, command)
        case commands.ReclaimPlace():
            return reclaim_place(state, command.cycle_id, command.on)
        case commands.RestorePlace():
            return restore_place(state, command)
        case commands.AcceptPlace():
            return accept_place(state, command)
        case commands.RefusePlace():
            return refuse_place(state, command)
        case commands.GiveBackPlace():
            return give_back_place(state, command)
        case commands.NoteAttendance():
            return note_attendance(state, command)
        case commands.RevokeAttendance():
            return revoke_attendance(state, command)
        case commands.PauseParticipation():
            return pause(state, command)
        case commands.ResumeParticipation():
            return resume(state, command)
        case commands.StopParticipation():
            return stop(state, command)
        case commands.RevokeStop():
            return revoke_stop(state, command)
        case commands.ReturnToParticipation():
            return come_back(state, command)
        case commands.DeclareNonAssociation():
            return declare_apart(state, command)
        case commands.LiftNonAssociation():
            return persons.lift_apart(state, command)
        case commands.OpenSafetyTask():
            return open_task(state, command)
        case commands.LapseSafetyTask():
            return lapsed(state, command.cause, command.cycle_id, command.on)
        case commands.CloseSafetyTask():
            return close_task(state, command)
        case _:
            return _decide_person(state, command)


_OfPerson = (
    commands.KnowPerson
    | commands.KnowOther
    | commands.NoteRoad
    | commands.DropPair
    | commands.CountElsewhere
    | commands.InheritAttendance
    | commands.RevokeLeaving
    | commands.MakeUp
    | commands.ReceiveMakeUp
    | commands.DropMakeUp
    | commands.TransferParticipation
    | commands.FollowOffer
)


def _decide_person(state: Participation, command: _OfPerson) -> list[ParticipationEvent]:
    match command:
        case commands.KnowPerson():
            return persons.know_person(state, command)
        case commands.KnowOther():
            return persons.know_other(state, command)
        case commands.NoteRoad():
            return persons.note_road(state, command)
        case commands.DropPair():
            return persons.drop_pair(state, command)
        case commands.CountElsewhere():
            return persons.count_elsewhere(state, command)
        case commands.InheritAttendance():
            return persons.inherit(state, command)
        case commands.RevokeLeaving():
            return persons.revoke_leaving(state, command)
        case commands.MakeUp():
            return moving.make_up(state, command)
        case commands.ReceiveMakeUp():
            return moving.receive_make_up(state, command)
        case commands.DropMakeUp():
            return moving.drop_make_up(state, command)
        case commands.TransferParticipation():
            return moving.transfer(state, command)
        case commands.FollowOffer():
            return moving.follow_offer(state, command)
        case _:
            assert_never(command)


def await_place(state: Participation, command: commands.AwaitPlace) -> list[ParticipationEvent]:
    """An accepted person waits; who left before the start and is accepted again waits anew.

    Who had stopped and resumes his referral comes back, unless that was before he started.
    """
    if command.returning and state.standing == "stopped" and not state.completed_on:
        late = state.started_on is None or state.stopped is None or command.on < state.stopped.on
        return [] if late else [ParticipationReturned(referral_id=command.referral_id, on=command.on)]
    if state.standing not in {None, "unlisted"}:
        return []
    return [
        JoinedWaitingList(
            referral_id=command.referral_id,
            city=command.city,
            language=command.language,
            availability=command.availability,
            on=command.on,
        )
    ]


def leave_waiting_list(state: Participation, command: commands.LeaveWaitingList) -> list[ParticipationEvent]:
    """Before the first session the referral leads; after it, what happens here does."""
    if state.standing in {None, "unlisted"} or state.started_on:
        return []
    left = LeftWaitingList(referral_id=command.referral_id, cause=command.cause, on=command.on)
    return [*moving.left_behind(state, command.referral_id, command.on), left]


def give_back_place(state: Participation, command: commands.GiveBackPlace) -> list[ParticipationEvent]:
    """The place in that cycle ends; without one there, nothing changes."""
    if state.place is None or state.place.cycle_id != command.cycle_id:
        return []
    return [PlaceGivenBack(referral_id=command.referral_id, cycle_id=command.cycle_id, on=command.on)]


def pause(state: Participation, command: commands.PauseParticipation) -> list[ParticipationEvent]:
    """Anyone on the road can pause until a day still to come; asking with another day moves it."""
    if state.standing == "paused" and state.review_on == command.review_on:
        return []
    _on_the_road(state, {"waiting", "offered", "placed", "paused"})
    not_before_waiting(state, command.on)
    if command.review_on <= command.on:
        raise Refused(Refusal.REVIEW_DATE_PAST)
    if command.review_on > command.on + LONGEST_PAUSE:
        raise Refused(Refusal.DATE_TOO_FAR, day=str(command.review_on))
    paused = ParticipationPaused(referral_id=command.referral_id, review_on=command.review_on, on=command.on)
    return [*moving.left_behind(state, command.referral_id, command.on), paused]


def resume(state: Participation, command: commands.ResumeParticipation) -> list[ParticipationEvent]:
    """Who paused waits for a place again."""
    if state.standing == "paused":
        if state.paused and command.on < state.paused.on:
            raise Refused(Refusal.DATE_BEFORE_PAUSE, day=str(command.on), paused_on=str(state.paused.on))
        return [ParticipationResumed(referral_id=command.referral_id, on=command.on)]
    _on_the_road(state, {"waiting", "offered", "placed"})
    return []


def stop(state: Participation, command: commands.StopParticipation) -> list[ParticipationEvent]:
    """Leaving after the first session is stopping, and somebody looks at the safety of those concerned."""
    if state.standing == "stopped" and state.stopped:
        return _stopped_already(state.stopped, command)
    if state.started_on is None or state.last_cycle is None:
        raise Refused(Refusal.NOT_STARTED)
    if command.on < state.started_on:
        raise Refused(Refusal.DATE_BEFORE_START)
    _on_the_road(state, {"waiting", "offered", "placed", "paused"})
    _not_before_attendance(state, command)
    if (command.category, command.code) not in reasons_for("stopped"):
        raise Refused(Refusal.REASON_DOES_NOT_FIT)
    stopped = ParticipationStopped(
        referral_id=command.referral_id, category=command.category, code=command.code, on=command.on
    )
    return [
        *moving.left_behind(state, command.referral_id, command.on),
        stopped,
        task(state, command, "stopped", state.last_cycle),
    ]


def _not_before_attendance(state: Participation, command: commands.StopParticipation) -> None:
    """Nobody stopped before a session that he attended; the refusal names it."""
    last = max(state.attended_sessions, key=lambda each: each.on, default=None)
    if last and command.on < last.on:
        raise Refused(Refusal.STOP_BEFORE_ATTENDANCE, session=last.session_id, attended_on=str(last.on))


def _stopped_already(stopped: ParticipationStopped, command: commands.StopParticipation) -> list[ParticipationEvent]:
    """The same stop told again changes nothing; another reason or day is no repeat of it."""
    if (stopped.category, stopped.code, stopped.on) != (command.category, command.code, command.on):
        raise Refused(Refusal.ALREADY_STOPPED, stopped_on=str(stopped.on))
    return []


def revoke_stop(state: Participation, command: commands.RevokeStop) -> list[ParticipationEvent]:
    """A stop recorded in error: he never left, and has his place still if its seats are free."""
    if state.standing == "stopped":
        return [*stop_taken_back(state, command.on), *place_of_the_stop(state, command.on)]
    if not state.stop_revoked:
        raise Refused(Refusal.NOT_STOPPED)
    return []


def come_back(state: Participation, command: commands.ReturnToParticipation) -> list[ParticipationEvent]:
    """The offer is voluntary: who stopped may come back, and keeps the modules attended."""
    if state.completed_on:
        raise Refused(Refusal.ALREADY_COMPLETED)
    if state.started_on is None:
        raise Refused(Refusal.NOT_STARTED)
    if command.on < state.started_on:
        raise Refused(Refusal.DATE_BEFORE_START)
    if state.standing == "stopped":
        if state.stopped and command.on < state.stopped.on:
            raise Refused(Refusal.DATE_BEFORE_STOP, day=str(command.on), stopped_on=str(state.stopped.on))
        return [ParticipationReturned(referral_id=command.referral_id, on=command.on)]
    return []


def _on_the_road(state: Participation, standings: set[Standing]) -> None:
    if state.completed_on:
        raise Refused(Refusal.ALREADY_COMPLETED)
    if state.standing is None:
        raise Refused(Refusal.PARTICIPATION_UNKNOWN)
    if state.standing not in standings:
        raise Refused(Refusal.PARTICIPATION_NOT_OPEN)
