"""What network events, steering meetings and partners answer to each command."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

from services.training.meetings.aggregate import MEETING
from services.training.meetings.commands import (
    CarryOutDecision,
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    PlanSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionTaken,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
)
from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.network_events.commands import (
    CancelGuest,
    CancelNetworkEvent,
    CorrectNetworkEvent,
    HoldNetworkEvent,
    MoveNetworkEvent,
    NetworkEventCommand,
    PlanNetworkEvent,
    RegisterGuest,
    RenewGuestLink,
)
from services.training.network_events.events import (
    GuestCancelled,
    GuestRegistered,
    NetworkEventCancelled,
    NetworkEventHeld,
    NetworkEventMoved,
    NetworkEventPlanned,
)
from services.training.partners.aggregate import PARTNER
from services.training.partners.commands import JoinProgramme, LeaveProgramme
from services.training.partners.events import PartnerJoined, PartnerLeft
from services.training.partners.state import Partner, evolve
from tests.spec import spec
from tests.training import examples as x
from tests.training.examples import command, event, professional

no_event = spec(NETWORK_EVENT)
planned = no_event.given(event(NetworkEventPlanned))
full = planned.given(event(GuestRegistered))
held = planned.given(event(NetworkEventHeld))
off = planned.given(event(NetworkEventCancelled))
no_meeting = spec(MEETING)
met = no_meeting.given(event(SteeringMeetingHeld))
decided = met.given(event(DecisionTaken))
no_partner = spec(PARTNER)
partner = no_partner.given(event(PartnerJoined))
former = partner.given(event(PartnerLeft))
TOO_EARLY = x.PLANNED_ON - timedelta(days=1)


def test_a_network_event_is_planned_once() -> None:
    no_event.when(command(PlanNetworkEvent)).then(event(NetworkEventPlanned))
    planned.when(command(PlanNetworkEvent)).then()
    planned.when(command(PlanNetworkEvent, city="Oostende")).refused("network-event-already-planned")
    no_event.when(command(PlanNetworkEvent, day=x.day(TOO_EARLY))).refused("planned-for-past")


def test_nothing_happens_to_a_network_event_nobody_planned() -> None:
    for kind in get_args(NetworkEventCommand):
        if kind is not PlanNetworkEvent:
            no_event.when(command(kind)).refused("network-event-unknown")
            planned.when(command(kind, on=TOO_EARLY)).refused("date-before-planned")
            planned.when(command(kind, on=date(2026, 4, 1))).refused("date-in-future")


def test_a_network_event_moves_until_it_is_held() -> None:
    planned.when(command(MoveNetworkEvent)).then(event(NetworkEventMoved))
    planned.given(event(NetworkEventMoved)).when(command(MoveNetworkEvent)).then()
    held.when(command(MoveNetworkEvent)).refused("network-event-already-held")


def test_a_network_event_is_cancelled_for_good() -> None:
    planned.when(command(CancelNetworkEvent)).then(event(NetworkEventCancelled))
    off.when(command(CancelNetworkEvent)).then()
    off.when(command(HoldNetworkEvent)).refused("network-event-cancelled")


def test_guests_come_while_there_is_room() -> None:
    planned.when(command(RegisterGuest)).then(event(GuestRegistered))
    roomy = no_event.given(event(NetworkEventPlanned, capacity=2), event(GuestRegistered))
    roomy.when(command(RegisterGuest)).then()
    for who in ("p-1", "p-2"):
        guest = professional(who)
        full.when(command(RegisterGuest, guest=guest)).refused("network-event-full")
        roomy.when(command(RegisterGuest, guest=guest, on=x.LAST)).refused("network-event-past")


def test_a_guest_who_does_not_come_leaves_room() -> None:
    full.when(command(CancelGuest)).then(event(GuestCancelled))
    gone = full.given(event(GuestCancelled))
    gone.when(command(CancelGuest)).then()
    gone.when(command(RegisterGuest)).then(event(GuestRegistered))
    planned.when(command(CancelGuest)).refused("registration-unknown")


def test_one_of_several_requests_of_a_guest_is_taken_back_and_he_comes() -> None:
    full.when(command(CancelGuest, asked_by_others=True)).then()
    full.when(command(RenewGuestLink)).then()
    planned.when(command(RenewGuestLink)).refused("registration-unknown")
    held.when(command(RenewGuestLink)).refused("network-event-already-held")


def test_a_network_event_is_held_once_and_counted_by_sector() -> None:
    planned.when(command(HoldNetworkEvent)).then(event(NetworkEventHeld))
    held.when(command(HoldNetworkEvent)).then()
    held.when(command(HoldNetworkEvent, by_sector={"police": 9})).refused("network-event-already-held")
    planned.when(command(HoldNetworkEvent, on=x.TOLD_ON)).refused("network-event-not-over")
    planned.when(command(HoldNetworkEvent, by_sector={"police": 0})).refused("nobody-present")


def test_a_corrected_network_event_is_said_again() -> None:
    held.when(command(CorrectNetworkEvent)).then()
    held.when(command(CorrectNetworkEvent, by_sector={"police": 9, "self": 0})).then(
        event(NetworkEventHeld, by_sector={"police": 9})
    )
    planned.when(command(CorrectNetworkEvent)).refused("network-event-not-held")


def test_a_meeting_is_planned_until_it_is_held() -> None:
    no_meeting.when(command(PlanSteeringMeeting)).then(event(SteeringMeetingPlanned))
    no_meeting.given(event(SteeringMeetingPlanned)).when(command(PlanSteeringMeeting)).then()
    no_meeting.when(command(PlanSteeringMeeting, planned_for=TOO_EARLY)).refused("planned-for-past")
    met.when(command(PlanSteeringMeeting)).refused("meeting-already-held")


def test_a_meeting_is_held_once_and_can_be_corrected() -> None:
    no_meeting.when(command(HoldSteeringMeeting)).then(event(SteeringMeetingHeld))
    met.when(command(HoldSteeringMeeting)).then()
    met.when(command(HoldSteeringMeeting, release=None)).refused("meeting-already-held")
    met.when(command(CorrectSteeringMeeting)).then()
    met.when(command(CorrectSteeringMeeting, release=None)).then(event(SteeringMeetingHeld, release=None))
    no_meeting.when(command(CorrectSteeringMeeting)).refused("meeting-not-held")


def test_a_decision_has_an_owner_and_a_date() -> None:
    met.when(command(TakeDecision)).then(event(DecisionTaken))
    decided.when(command(TakeDecision)).then()
    decided.when(command(TakeDecision, owner=x.POLICE)).refused("decision-already-taken")
    no_meeting.when(command(TakeDecision)).refused("meeting-not-held")
    met.when(command(TakeDecision, due=TOO_EARLY)).refused("date-before-meeting")


def test_a_decision_is_carried_out_once() -> None:
    decided.when(command(CarryOutDecision)).then(event(DecisionCarriedOut))
    decided.given(event(DecisionCarriedOut)).when(command(CarryOutDecision)).then()
    decided.when(command(CarryOutDecision, on=TOO_EARLY)).refused("date-before-meeting")
    met.when(command(CarryOutDecision)).refused("decision-unknown")


def test_an_organisation_joins_in_a_role_and_may_take_another() -> None:
    no_partner.when(command(JoinProgramme)).then(event(PartnerJoined))
    partner.when(command(JoinProgramme)).then()
    partner.when(command(JoinProgramme, role="other")).then(event(PartnerJoined, role="other"))
    partner.when(command(JoinProgramme, since=TOO_EARLY)).refused("date-before-joined")
    former.when(command(JoinProgramme, role="other", since=x.TOLD_ON)).refused("date-before-left")


def test_a_partner_leaves_and_may_come_back() -> None:
    partner.when(command(LeaveProgramme)).then(event(PartnerLeft))
    former.when(command(LeaveProgramme)).then()
    former.when(command(JoinProgramme, since=x.AFTER)).then(event(PartnerJoined, since=x.AFTER))
    no_partner.when(command(LeaveProgramme)).refused("partner-unknown")
    partner.when(command(LeaveProgramme, until=x.PLANNED_ON)).refused("date-before-joined")


def test_a_later_role_ends_the_earlier_one() -> None:
    state = evolve(Partner(), event(PartnerJoined))
    state = evolve(state, event(PartnerJoined, role="other", since=x.LAST))
    assert [(term.role, term.until) for term in state.terms] == [("primary_care", x.LAST), ("other", None)]
