"""What an event of one referral leads to on the others of the same person, and on those kept apart from him."""

from __future__ import annotations

from collections.abc import Iterator

from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import InheritAttendance, KnowOther, NoteRoad
from services.carousel.participations.events import (
    DuplicateCounted,
    NonAssociationDeclared,
    OfReferral,
    PersonKnown,
)
from services.carousel.participations.state import Participation
from shared.domain.aggregate import AnyIssued, Issued
from shared.domain.messages import Command, Event


def on_person_event(event: Event, because: Command, state: object) -> Iterator[AnyIssued]:
    """His other roads are told of this one, who must not meet him of all his referrals, his duplicate of its marks."""
    if not isinstance(event, OfReferral) or not isinstance(state, Participation):
        return
    for other in sorted(_who_must_know(event, state)):
        known = KnowOther(
            at=because.at,
            by=because.by,
            referral_id=other,
            other_id=event.referral_id,
            people=tuple(sorted({event.referral_id, *state.kin})),
            on=event.on,
        )
        yield Issued(PARTICIPATION, other, known)
    for kin in sorted(state.kin):
        road = NoteRoad(
            at=because.at, by=because.by, referral_id=kin, of_id=event.referral_id, road=state.road, on=event.on
        )
        yield Issued(PARTICIPATION, kin, road)
    yield from _inherited(event, because, state)


def _who_must_know(event: OfReferral, state: Participation) -> frozenset[str]:
    """Those kept apart from him, when it changed which referrals are his; one of them, when it was said just now."""
    if isinstance(event, PersonKnown):
        return state.apart
    return frozenset({event.other_id}) if isinstance(event, NonAssociationDeclared) and state.kin else frozenset()


def _inherited(event: OfReferral, because: Command, state: Participation) -> Iterator[AnyIssued]:
    """All of its own marks, whenever one may have changed; none any more for whom it was a duplicate of before."""
    if isinstance(event, DuplicateCounted) and event.was_id:
        gone = InheritAttendance(
            at=because.at,
            by=because.by,
            referral_id=event.was_id,
            under_id=event.referral_id,
            marks=(),
            modules=(),
            needs=(),
            accepted_on=None,
            on=event.on,
        )
        yield Issued(PARTICIPATION, event.was_id, gone)
    if state.duplicate_of:
        heir = InheritAttendance(
            at=because.at,
            by=because.by,
            referral_id=state.duplicate_of,
            under_id=event.referral_id,
            marks=tuple(state.marks[each] for each in sorted(state.marks)),
            modules=tuple(sorted(state.modules)),
            needs=state.follows,
            accepted_on=state.accepted_on,
            on=event.on,
        )
        yield Issued(PARTICIPATION, state.duplicate_of, heir)
