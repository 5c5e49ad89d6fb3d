"""What must hold before a referral may take a step: each guard refuses or says nothing."""

from __future__ import annotations

from datetime import date, datetime

from services.referral import vocabulary
from services.referral.commands import RecordIntake, RecordStop, WithdrawReferral
from services.referral.domain.state import IN_GROUP, Referral, Status
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused
from shared.i18n.code_lists import Explained, reasons_for

BEFORE_DECISION: frozenset[Status | None] = frozenset({"received", "intake_planned", "intake_held"})
BEFORE_START: frozenset[Status | None] = BEFORE_DECISION | {
    "accepted",
    "placed",
    "on_hold",
}
LEFT: frozenset[Status | None] = frozenset({"withdrawn", "stopped"})
VOID: frozenset[Status | None] = frozenset({"duplicate", "retracted"})


def dated(state: Referral, on: date, at: datetime) -> None:
    """The day has come, and is not before the day of receipt."""
    if state.received is None:
        raise Refused("referral-unknown")
    not_in_future(on, at)
    if on < state.received.received_on:
        raise Refused("date-before-received")


def before_start(state: Referral) -> None:
    """The person may still start, and is not in the group."""
    if state.status in IN_GROUP:
        raise Refused("already-started")
    if state.status not in BEFORE_START:
        raise Refused("referral-not-open")


def open_for_intake(state: Referral) -> None:
    """Nothing is decided yet, and nothing pauses the road."""
    if state.status == "on_hold":
        raise Refused("referral-on-hold")
    if state.status not in BEFORE_DECISION:
        raise Refused("referral-not-open")


def decidable(state: Referral, on: date) -> None:
    """The intake was held, and not after the day of the decision."""
    open_for_intake(state)
    if state.intake is None:
        raise Refused("intake-not-held")
    if on < state.intake.on:
        raise Refused("date-before-intake")


def not_void_nor_started(state: Referral) -> None:
    """The referral still counts, and never led to the group."""
    if state.started_on:
        raise Refused("already-started")
    if state.status in VOID:
        raise Refused("referral-not-open")


def was_accepted(state: Referral) -> None:
    """The referral counts, and was accepted once."""
    if state.status in VOID:
        raise Refused("referral-not-open")
    if state.accepted_on is None:
        raise Refused("referral-not-accepted")


def was_in_group(state: Referral, on: date) -> None:
    """The person attended a first session, and not after that day."""
    if state.started_on is None:
        raise Refused("not-started")
    if on < state.started_on:
        raise Refused("date-before-start")


def reason_fits(command: WithdrawReferral | RecordStop, outcome: Explained) -> None:
    """The two levels belong together and may explain this outcome."""
    if (command.category, command.code) not in reasons_for(outcome):
        raise Refused("reason-does-not-fit")


def checklist_complete(command: RecordIntake) -> None:
    """Every criterion of that version has exactly one result."""
    expected = vocabulary.checklist(command.checklist_version)
    if expected is None:
        raise Refused("checklist-unknown")
    if sorted(criterion for criterion, _ in command.results) != sorted(expected):
        raise Refused("checklist-incomplete")
