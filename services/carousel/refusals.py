"""Every code with which the carousel says no; its sentences stand in `translations.json`."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """What a caller is refused with: 409, and a sentence in each language."""

    ALREADY_COMPLETED = "already-completed"
    ALREADY_PLACED = "already-placed"
    ALREADY_STOPPED = "already-stopped"
    ALREADY_TOGETHER = "already-together"
    APART_FROM_HIMSELF = "apart-from-himself"
    ATTENDANCE_INCOMPLETE = "attendance-incomplete"
    ATTENDANCE_NOT_EXPECTED = "attendance-not-expected"
    COVER_DOES_NOT_FIT = "cover-does-not-fit"
    CYCLE_ALREADY_PLANNED = "cycle-already-planned"
    CYCLE_CLOSED = "cycle-closed"
    CYCLE_FULL = "cycle-full"
    CYCLE_UNKNOWN = "cycle-unknown"
    DATE_BEFORE_PAUSE = "date-before-pause"
    DATE_BEFORE_SESSION = "date-before-session"
    DATE_BEFORE_START = "date-before-start"
    DATE_BEFORE_STOP = "date-before-stop"
    DATE_BEFORE_TASK = "date-before-task"
    DATE_BEFORE_WAITING = "date-before-waiting"
    FACILITATORS_NOT_TWO = "facilitators-not-two"
    MODULE_NUMBER_TWICE = "module-number-twice"
    MODULE_TWICE_IN_ORDER = "module-twice-in-order"
    MODULE_UNKNOWN = "module-unknown"
    NO_PLACE_OFFERED = "no-place-offered"
    NO_SESSION_TO_ATTEND = "no-session-to-attend"
    NOT_STOPPED = "not-stopped"
    NOT_STARTED = "not-started"
    OFFER_WITHOUT_ENTRY = "offer-without-entry"
    PARTICIPATION_NOT_OPEN = "participation-not-open"
    PARTICIPATION_UNKNOWN = "participation-unknown"
    PLACE_NOT_REQUESTED = "place-not-requested"
    PLACE_NOT_SUITABLE = "place-not-suitable"
    REASON_DOES_NOT_FIT = "reason-does-not-fit"
    REVIEW_DATE_PAST = "review-date-past"
    SAFETY_TASK_ALREADY_CLOSED = "safety-task-already-closed"
    SAFETY_TASK_UNKNOWN = "safety-task-unknown"
    SESSION_ALREADY_HELD = "session-already-held"
    SESSION_CANCELLED = "session-cancelled"
    SESSION_ID_TWICE = "session-id-twice"
    SESSION_NOT_HELD = "session-not-held"
    SESSION_ON_ANOTHER_DAY = "session-on-another-day"
    SESSION_UNKNOWN = "session-unknown"
    SESSIONS_OPEN = "sessions-open"
    STOP_BEFORE_ATTENDANCE = "stop-before-attendance"
    STOPPED_NEEDS_START = "stopped-needs-start"
    TOO_FEW_DAYS = "too-few-days"
    TOO_MANY_KEPT_APART = "too-many-kept-apart"
    TOO_MANY_SESSIONS = "too-many-sessions"


class DeadLetterReason(StrEnum):
    """Why a message of the referral service cannot be applied: ops read the code, nobody a sentence."""

    GROUND_UNKNOWN = "ground-unknown"
    REFERRAL_UNKNOWN = "referral-unknown"
