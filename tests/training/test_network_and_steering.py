"""What network events, steering meetings and partners answer to each command."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.training.commands import network as ask
from services.training.commands import steering as ask_steering
from services.training.domain import meeting as meeting_rules
from services.training.domain import network_event as event_rules
from services.training.domain import partner as partner_rules
from services.training.events import network, steering
from shared.eventstore.command_handler import Decider
from tests.spec import Spec, spec
from tests.training import examples as x
from tests.training.examples import command, fact, professional

no_event: Spec[Any, Any, Any] = spec(Decider(event_rules.initial, event_rules.decide, event_rules.evolve))
planned = no_event.given(fact(network.NetworkEventPlanned))
full = planned.given(fact(network.GuestRegistered))
held = planned.given(fact(network.NetworkEventHeld))
off = planned.given(fact(network.NetworkEventCancelled))
no_meeting: Spec[Any, Any, Any] = spec(Decider(meeting_rules.initial, meeting_rules.decide, meeting_rules.evolve))
met = no_meeting.given(fact(steering.SteeringMeetingHeld))
decided = met.given(fact(steering.DecisionTaken))
no_partner: Spec[Any, Any, Any] = spec(Decider(partner_rules.initial, partner_rules.decide, partner_rules.evolve))
partner = no_partner.given(fact(steering.PartnerJoined))
former = partner.given(fact(steering.PartnerLeft))
TOO_EARLY = x.PLANNED_ON - timedelta(days=1)


def test_a_network_event_is_planned_once() -> None:
    no_event.when(command(ask.PlanNetworkEvent)).then(fact(network.NetworkEventPlanned))
    planned.when(command(ask.PlanNetworkEvent)).then()
    planned.when(command(ask.PlanNetworkEvent, city="Oostende")).refused("network-event-already-planned")
    no_event.when(command(ask.PlanNetworkEvent, day=x.day(TOO_EARLY))).refused("planned-for-past")


def test_nothing_happens_to_a_network_event_nobody_planned() -> None:
    for kind in x.COMMANDS:
        if kind.__module__ == ask.__name__ and kind is not ask.PlanNetworkEvent:
            no_event.when(command(kind)).refused("network-event-unknown")
            planned.when(command(kind, on=TOO_EARLY)).refused("date-before-planned")
            planned.when(command(kind, on=date(2026, 4, 1))).refused("date-in-future")


def test_a_network_event_moves_until_it_is_held() -> None:
    planned.when(command(ask.MoveNetworkEvent)).then(fact(network.NetworkEventMoved))
    planned.given(fact(network.NetworkEventMoved)).when(command(ask.MoveNetworkEvent)).then()
    held.when(command(ask.MoveNetworkEvent)).refused("network-event-already-held")


def test_a_network_event_is_cancelled_for_good() -> None:
    planned.when(command(ask.CancelNetworkEvent)).then(fact(network.NetworkEventCancelled))
    off.when(command(ask.CancelNetworkEvent)).then()
    off.when(command(ask.HoldNetworkEvent)).refused("network-event-cancelled")


def test_guests_come_while_there_is_room() -> None:
    planned.when(command(ask.RegisterGuest)).then(fact(network.GuestRegistered))
    roomy = no_event.given(fact(network.NetworkEventPlanned, capacity=2), fact(network.GuestRegistered))
    roomy.when(command(ask.RegisterGuest)).then()
    for who in ("p-1", "p-2"):
        guest = professional(who)
        full.when(command(ask.RegisterGuest, guest=guest)).refused("network-event-full")
        roomy.when(command(ask.RegisterGuest, guest=guest, on=x.LAST)).refused("network-event-past")


def test_a_guest_who_does_not_come_leaves_room() -> None:
    full.when(command(ask.CancelGuest)).then(fact(network.GuestCancelled))
    gone = full.given(fact(network.GuestCancelled))
    gone.when(command(ask.CancelGuest)).then()
    gone.when(command(ask.RegisterGuest)).then(fact(network.GuestRegistered))
    planned.when(command(ask.CancelGuest)).refused("registration-unknown")


def test_one_of_several_requests_of_a_guest_is_taken_back_and_he_comes() -> None:
    full.when(command(ask.CancelGuest, asked_by_others=True)).then()
    full.when(command(ask.RenewGuestLink)).then()
    planned.when(command(ask.RenewGuestLink)).refused("registration-unknown")
    held.when(command(ask.RenewGuestLink)).refused("network-event-already-held")


def test_a_network_event_is_held_once_and_counted_by_sector() -> None:
    planned.when(command(ask.HoldNetworkEvent)).then(fact(network.NetworkEventHeld))
    held.when(command(ask.HoldNetworkEvent)).then()
    held.when(command(ask.HoldNetworkEvent, by_sector={"police": 9})).refused("network-event-already-held")
    planned.when(command(ask.HoldNetworkEvent, on=x.TOLD_ON)).refused("network-event-not-over")
    planned.when(command(ask.HoldNetworkEvent, by_sector={"police": 0})).refused("nobody-present")


def test_a_corrected_network_event_is_said_again() -> None:
    held.when(command(ask.CorrectNetworkEvent)).then()
    held.when(command(ask.CorrectNetworkEvent, by_sector={"police": 9, "self": 0})).then(
        fact(network.NetworkEventHeld, by_sector={"police": 9})
    )
    planned.when(command(ask.CorrectNetworkEvent)).refused("network-event-not-held")


def test_a_meeting_is_planned_until_it_is_held() -> None:
    no_meeting.when(command(ask_steering.PlanSteeringMeeting)).then(fact(steering.SteeringMeetingPlanned))
    no_meeting.given(fact(steering.SteeringMeetingPlanned)).when(command(ask_steering.PlanSteeringMeeting)).then()
    no_meeting.when(command(ask_steering.PlanSteeringMeeting, planned_for=TOO_EARLY)).refused("planned-for-past")
    met.when(command(ask_steering.PlanSteeringMeeting)).refused("meeting-already-held")


def test_a_meeting_is_held_once_and_can_be_corrected() -> None:
    no_meeting.when(command(ask_steering.HoldSteeringMeeting)).then(fact(steering.SteeringMeetingHeld))
    met.when(command(ask_steering.HoldSteeringMeeting)).then()
    met.when(command(ask_steering.HoldSteeringMeeting, release=None)).refused("meeting-already-held")
    met.when(command(ask_steering.CorrectSteeringMeeting)).then()
    met.when(command(ask_steering.CorrectSteeringMeeting, release=None)).then(
        fact(steering.SteeringMeetingHeld, release=None)
    )
    no_meeting.when(command(ask_steering.CorrectSteeringMeeting)).refused("meeting-not-held")


def test_a_decision_has_an_owner_and_a_date() -> None:
    met.when(command(ask_steering.TakeDecision)).then(fact(steering.DecisionTaken))
    decided.when(command(ask_steering.TakeDecision)).then()
    decided.when(command(ask_steering.TakeDecision, owner=x.POLICE)).refused("decision-already-taken")
    no_meeting.when(command(ask_steering.TakeDecision)).refused("meeting-not-held")
    met.when(command(ask_steering.TakeDecision, due=TOO_EARLY)).refused("date-before-meeting")


def test_a_decision_is_carried_out_once() -> None:
    decided.when(command(ask_steering.CarryOutDecision)).then(fact(steering.DecisionCarriedOut))
    decided.given(fact(steering.DecisionCarriedOut)).when(command(ask_steering.CarryOutDecision)).then()
    decided.when(command(ask_steering.CarryOutDecision, on=TOO_EARLY)).refused("date-before-meeting")
    met.when(command(ask_steering.CarryOutDecision)).refused("decision-unknown")


def test_an_organisation_joins_in_a_role_and_may_take_another() -> None:
    no_partner.when(command(ask_steering.JoinProgramme)).then(fact(steering.PartnerJoined))
    partner.when(command(ask_steering.JoinProgramme)).then()
    partner.when(command(ask_steering.JoinProgramme, role="other")).then(fact(steering.PartnerJoined, role="other"))
    partner.when(command(ask_steering.JoinProgramme, since=TOO_EARLY)).refused("date-before-joined")
    former.when(command(ask_steering.JoinProgramme, role="other", since=x.TOLD_ON)).refused("date-before-left")


def test_a_partner_leaves_and_may_come_back() -> None:
    partner.when(command(ask_steering.LeaveProgramme)).then(fact(steering.PartnerLeft))
    former.when(command(ask_steering.LeaveProgramme)).then()
    former.when(command(ask_steering.JoinProgramme, since=x.AFTER)).then(fact(steering.PartnerJoined, since=x.AFTER))
    no_partner.when(command(ask_steering.LeaveProgramme)).refused("partner-unknown")
    partner.when(command(ask_steering.LeaveProgramme, until=x.PLANNED_ON)).refused("date-before-joined")


def test_a_later_role_ends_the_earlier_one() -> None:
    state = partner_rules.evolve(partner_rules.initial, fact(steering.PartnerJoined))
    state = partner_rules.evolve(state, fact(steering.PartnerJoined, role="other", since=x.LAST))
    assert [(term.role, term.until) for term in state.terms] == [("primary_care", x.LAST), ("other", None)]
