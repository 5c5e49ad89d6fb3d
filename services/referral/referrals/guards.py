"""What must hold before a command is taken: each guard refuses or says nothing."""

from __future__ import annotations

from datetime import date, datetime

from services.referral.referrals.schemas import Departure, Intake
from services.referral.referrals.state import IN_GROUP, Referral, Status
from services.referral.refusals import Refusal
from services.referral.translations import checklist
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused
from shared.i18n.code_lists import Explained, reasons_for

BEFORE_DECISION: frozenset[Status | None] = frozenset({"received", "intake_planned", "intake_held"})
BEFORE_START: frozenset[Status | None] = BEFORE_DECISION | {"accepted", "placed", "on_hold"}
LEFT: frozenset[Status | None] = frozenset({"withdrawn", "stopped"})
VOID: frozenset[Status | None] = frozenset({"duplicate", "retracted"})


def dated(state: Referral, on: date, at: datetime) -> None:
    """The day has come, and is not before the day of receipt."""
    if state.received is None:
        raise Refused(Refusal.REFERRAL_UNKNOWN)
    not_in_future(on, at)
    if on < state.received.received_on:
        raise Refused(Refusal.DATE_BEFORE_RECEIVED)


def before_start(state: Referral) -> None:
    """The person may still start, and is not in the group."""
    if state.status in IN_GROUP:
        raise Refused(Refusal.ALREADY_STARTED)
    if state.status not in BEFORE_START:
        raise Refused(Refusal.REFERRAL_NOT_OPEN)


def open_for_intake(state: Referral) -> None:
    """Nothing is decided yet, and nothing pauses the referral."""
    if state.status == "on_hold":
        raise Refused(Refusal.REFERRAL_ON_HOLD)
    if state.status not in BEFORE_DECISION:
        raise Refused(Refusal.REFERRAL_NOT_OPEN)


def decidable(state: Referral, on: date) -> None:
    """The intake was held, and not after the day of the decision."""
    open_for_intake(state)
    if state.intake is None:
        raise Refused(Refusal.INTAKE_NOT_HELD)
    if on < state.intake.on:
        raise Refused(Refusal.DATE_BEFORE_INTAKE)


def not_void_nor_started(state: Referral) -> None:
    """The referral still counts, and never led to the group."""
    if state.started_on:
        raise Refused(Refusal.ALREADY_STARTED)
    if state.status in VOID:
        raise Refused(Refusal.REFERRAL_NOT_OPEN)


def was_accepted(state: Referral) -> None:
    """The referral counts, and was accepted once."""
    if state.status in VOID:
        raise Refused(Refusal.REFERRAL_NOT_OPEN)
    if state.accepted_on is None:
        raise Refused(Refusal.REFERRAL_NOT_ACCEPTED)


def was_in_group(state: Referral, on: date) -> None:
    """The person attended a first session, and not after that day."""
    if state.started_on is None:
        raise Refused(Refusal.NOT_STARTED)
    if on < state.started_on:
        raise Refused(Refusal.DATE_BEFORE_START)


def reason_fits(departure: Departure, outcome: Explained) -> None:
    """The two levels belong together and may explain this outcome."""
    if (departure.category, departure.code) not in reasons_for(outcome):
        raise Refused(Refusal.REASON_DOES_NOT_FIT)


def checklist_complete(intake: Intake) -> None:
    """Every criterion of that version has exactly one result."""
    expected = checklist(intake.checklist_version)
    if expected is None:
        raise Refused(Refusal.CHECKLIST_UNKNOWN)
    if sorted(criterion for criterion, _ in intake.results) != sorted(expected):
        raise Refused(Refusal.CHECKLIST_INCOMPLETE)
