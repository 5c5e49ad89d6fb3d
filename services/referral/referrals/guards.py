"""What must hold before a command is taken: each guard refuses or says nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.referral.referrals.events import ReferralWithdrawn
from services.referral.referrals.schemas import Departure, EntryBody, Intake
from services.referral.referrals.state import IN_GROUP, VOID, Referral, Status
from services.referral.refusals import Refusal
from services.referral.translations import checklist
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused
from shared.i18n.code_lists import Explained, reasons_for

BEFORE_DECISION: frozenset[Status | None] = frozenset({"received", "intake_planned", "intake_held"})
BEFORE_START: frozenset[Status | None] = BEFORE_DECISION | {"accepted", "placed", "on_hold"}

_YEAR = timedelta(days=366)


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


def not_void(state: Referral) -> None:
    """The referral still counts."""
    if state.status in VOID:
        raise Refused(Refusal.REFERRAL_NOT_OPEN)


def is_referrers(state: Referral) -> bool:
    """Whether who refers may still change it himself: no intake was held, and nothing ended it."""
    return state.intake is None and state.status in BEFORE_DECISION


def not_before_last_step(state: Referral, on: date) -> None:
    """The day is not before the intake, the decision, the hold or the withdrawal that it follows."""
    steps = (state.intake, state.accepted, state.paused if state.status == "on_hold" else None)
    left = state.ended if isinstance(state.ended, ReferralWithdrawn) else None
    if any(each and on < each.on for each in (*steps, left)):
        raise Refused(Refusal.DATE_BEFORE_STEP)


def within_a_year(on: date, planned: date) -> None:
    """What is planned a year ahead or more has its year mistyped."""
    if planned - on > _YEAR:
        raise Refused(Refusal.YEAR_DOES_NOT_FIT)


def referred(entry: EntryBody) -> None:
    """Who refers is named, but for who refers himself or his relative."""
    referrer = entry.referrer_id or entry.organisation_id
    if entry.sector == "self" and referrer:
        raise Refused(Refusal.SELF_REFERRAL_HAS_REFERRER)
    if entry.sector not in {"self", "family"} and entry.referrer_id is None:
        raise Refused(Refusal.REFERRER_MISSING)


def informed(entry: EntryBody, at: datetime) -> None:
    """The person was informed, by whom and when, about the time of the referral; or it says why not."""
    if (entry.informed_on is None) != (entry.informed_by is None):
        raise Refused(Refusal.INFORMED_INCOMPLETE)
    if entry.informed_on and entry.not_informed_reason:
        raise Refused(Refusal.INFORMED_CONTRADICTION)
    if entry.sector != "self" and not (entry.informed_on or entry.not_informed_reason):
        raise Refused(Refusal.PERSON_NOT_INFORMED)
    if entry.informed_on:
        not_in_future(entry.informed_on, at)
        within_a_year(min(entry.informed_on, entry.received_on), max(entry.informed_on, entry.received_on))


def was_accepted(state: Referral) -> None:
    """The referral was accepted once, and is no error; what is told of a duplicate is kept until the link is undone."""
    if state.status == "retracted":
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
