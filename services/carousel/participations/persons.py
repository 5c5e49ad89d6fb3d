"""The rules of one person behind several referrals: his other roads, whom he must not meet, his duplicates."""

from __future__ import annotations

from services.carousel.participations.commands import (
    CountElsewhere,
    DropPair,
    InheritAttendance,
    KnowOther,
    KnowPerson,
    LiftNonAssociation,
    NoteRoad,
    ReceivePlace,
    RevokeLeaving,
)
from services.carousel.participations.events import (
    AttendanceInherited,
    DuplicateCounted,
    LeavingRevoked,
    LeftWaitingList,
    NonAssociationLifted,
    OtherKnown,
    ParticipationEvent,
    PersonKnown,
    RoadNoted,
)
from services.carousel.participations.moving import left_behind
from services.carousel.participations.state import Participation
from services.carousel.refusals import Refusal
from shared.domain.messages import Refused


def know_person(state: Participation, command: KnowPerson) -> list[ParticipationEvent]:
    """Whose referral this is; of somebody with one referral nothing need be known."""
    known = PersonKnown(
        referral_id=command.referral_id,
        person_id=command.person_id,
        since=command.since,
        kin=command.kin,
        on=command.on,
    )
    same = state.person and state.person.model_copy(update={"on": command.on}) == known
    return [] if same or not (command.kin or state.kin) else [known]


def know_other(state: Participation, command: KnowOther) -> list[ParticipationEvent]:
    """Which referrals are of somebody from whom he is kept apart."""
    people = frozenset(command.people)
    if command.other_id not in state.apart or state.people_of(command.other_id) == people | {command.other_id}:
        return []
    return [
        OtherKnown(referral_id=command.referral_id, other_id=command.other_id, people=command.people, on=command.on)
    ]


def note_road(state: Participation, command: NoteRoad) -> list[ParticipationEvent]:
    """How another road of his stands."""
    if command.of_id not in state.kin or state.roads.get(command.of_id) == command.road:
        return []
    return [RoadNoted(referral_id=command.referral_id, of_id=command.of_id, road=command.road, on=command.on)]


def lift_apart(state: Participation, command: LiftNonAssociation) -> list[ParticipationEvent]:
    """They may sit together again, whichever referrals of the two it was said of."""
    if command.other_id not in state.kept_apart:
        return []
    pairs = [(command.referral_id, each) for each in state.apart if command.other_id in state.people_of(each)]
    pairs += [
        (name, each.other)
        for name, road in state.roads.items()
        for each in road.apart
        if command.other_id in each.people
    ]
    others = tuple(sorted(pair for pair in pairs if pair != (command.referral_id, command.other_id)))
    return [
        NonAssociationLifted(referral_id=command.referral_id, other_id=command.other_id, pairs=others, on=command.on)
    ]


def drop_pair(state: Participation, command: DropPair) -> list[ParticipationEvent]:
    """What was said of this very referral and another is lifted."""
    if command.other_id not in state.apart:
        return []
    return [NonAssociationLifted(referral_id=command.referral_id, other_id=command.other_id, on=command.on)]


def one_seat(state: Participation, command: ReceivePlace) -> None:
    """Raises Refused when the person has a place already, under another referral, in that cycle or one beside it."""
    if state.seat_beside(command):
        raise Refused(Refusal.PERSON_ALREADY_PLACED)


def count_elsewhere(state: Participation, command: CountElsewhere) -> list[ParticipationEvent]:
    """A duplicate leaves the list and its place, also after the start; or it is one no longer."""
    if state.duplicate_of == command.of_id:
        return []
    counted = DuplicateCounted(
        referral_id=command.referral_id, of_id=command.of_id, was_id=state.duplicate_of, on=command.on
    )
    if command.of_id is None or state.standing in {None, "unlisted"}:
        return [counted]
    left = LeftWaitingList(referral_id=command.referral_id, cause="retracted", on=command.on)
    return [counted, *left_behind(state, command.referral_id, command.on), left]


def inherit(state: Participation, command: InheritAttendance) -> list[ParticipationEvent]:
    """All that was attended under one duplicate, as it is now."""
    known = state.inherited.get(command.under_id)
    before = (known.marks, known.accepted_on) if known else ((), None)
    if before == (command.marks, command.accepted_on):
        return []
    return [
        AttendanceInherited(
            referral_id=command.referral_id,
            under_id=command.under_id,
            marks=command.marks,
            modules=command.modules,
            needs=command.needs,
            accepted_on=command.accepted_on,
            on=command.on,
        )
    ]


def revoke_leaving(state: Participation, command: RevokeLeaving) -> list[ParticipationEvent]:
    """Who left the list for that cause stands where he stood, without the place that he had."""
    if state.standing != "unlisted" or state.left is None or state.left.cause not in command.causes:
        return []
    return [LeavingRevoked(referral_id=command.referral_id, on=command.on)]
