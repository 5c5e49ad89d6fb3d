"""One valid example of every event and command of the training service; any field can be given instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, TypeVar, get_args

from services.training.meetings.commands import (
    CancelSteeringMeeting,
    CarryOutDecision,
    CorrectDecision,
    CorrectSteeringMeeting,
    HoldSteeringMeeting,
    PlanSteeringMeeting,
    ReopenDecision,
    RevokeDecision,
    RevokeSteeringMeeting,
    TakeDecision,
)
from services.training.meetings.events import (
    DecisionCarriedOut,
    DecisionReopened,
    DecisionRevoked,
    DecisionTaken,
    MeetingEvent,
    SteeringMeetingCancelled,
    SteeringMeetingHeld,
    SteeringMeetingPlanned,
    SteeringMeetingRevoked,
)
from services.training.network_events.commands import (
    CancelGuest,
    CancelNetworkEvent,
    CorrectEventDay,
    CorrectNetworkEvent,
    HoldNetworkEvent,
    MoveNetworkEvent,
    PlanNetworkEvent,
    RegisterGuest,
    ReinstateNetworkEvent,
    RenewGuestLink,
    RevokeNetworkEvent,
)
from services.training.network_events.events import (
    GuestCancelled,
    GuestRegistered,
    NetworkEventCancelled,
    NetworkEventEvent,
    NetworkEventHeld,
    NetworkEventMoved,
    NetworkEventPlanned,
    NetworkEventReinstated,
    NetworkEventRevoked,
)
from services.training.partners.commands import JoinProgramme, LeaveProgramme
from services.training.partners.events import PartnerEvent, PartnerJoined, PartnerLeft
from services.training.trainings.commands import (
    CancelRegistration,
    CancelTraining,
    CloseEvaluation,
    CloseRegistration,
    CorrectAttendance,
    CorrectDays,
    CorrectProfessional,
    DescribeTraining,
    HoldTraining,
    IssueCertificate,
    MoveTraining,
    OpenEvaluation,
    OpenRegistration,
    PlanTraining,
    RegisterProfessionals,
    ReinstateTraining,
    RenewEvaluationLinks,
    RenewLink,
    ReopenEvaluation,
    RequireDays,
    RevokeTraining,
    SetCapacity,
    Tally,
)
from services.training.trainings.events import (
    CapacitySet,
    CertificateIssued,
    CertificateRevoked,
    DaysRequiredSet,
    EvaluationClosed,
    EvaluationOpened,
    EvaluationReopened,
    ParticipationRecorded,
    PlaceGiven,
    ProfessionalCorrected,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationOpened,
    TrainingCancelled,
    TrainingDescribed,
    TrainingEvent,
    TrainingHeld,
    TrainingMoved,
    TrainingPlanned,
    TrainingReinstated,
    TrainingRevoked,
    WalkInNamed,
)
from services.training.values import Professional, ProgrammeItem, TimeSlot
from shared.domain.messages import Command, Event, Message

M = TypeVar("M", bound=Message)

TRAINING, EVENT, MEETING, DECISION = "training-1", "event-1", "meeting-1", "decision-1"
ORGANISER, PARTNER, POLICE = "caw-1", "elz-1", "police-1"
PLANNED_ON, TOLD_ON, FIRST, LAST = date(2026, 1, 5), date(2026, 1, 10), date(2026, 2, 3), date(2026, 2, 10)
AFTER = date(2026, 2, 11)
ASKED: dict[str, Any] = {"at": datetime(2026, 3, 31, 9, tzinfo=UTC), "by": "trainer-1"}


def day(on: date, begins: int = 9, ends: int = 16) -> TimeSlot:
    return TimeSlot(on=on, begins=time(begins), ends=time(ends))


def professional(name: str = "p-1", **given: Any) -> Professional:
    fields = {
        "participant_id": name,
        "organisation_id": POLICE,
        "sector": "police",
        "function": "police_officer",
        "language": "nl",
    }
    return Professional(**fields | given)


DAYS = (day(FIRST), day(LAST))
THIS: dict[str, Any] = {"training_id": TRAINING, "on": TOLD_ON}
THAT: dict[str, Any] = {"event_id": EVENT, "on": TOLD_ON}
PLAN: dict[str, Any] = {
    "training_id": TRAINING, "on": PLANNED_ON, "kind": "basic", "title": "Intrafamiliaal geweld herkennen",
    "city": "Oostende", "place": "Stadhuis", "online": False, "days": DAYS, "trainers": ("trainer-1",),
    "organiser": ORGANISER, "co_presenter": "intro-1", "capacity": 2,
}  # fmt: skip
MOVE: dict[str, Any] = THIS | {"city": "Brugge", "place": "Huis", "online": False, "days": (day(date(2026, 2, 17)),)}
EVENT_PLAN: dict[str, Any] = {
    "event_id": EVENT,
    "on": PLANNED_ON,
    "title": "Samen tegen geweld",
    "city": "Brugge",
    "place": "Concertgebouw",
    "day": day(FIRST),
    "speakers": ("s-1",),
    "programme": (ProgrammeItem(begins=time(9), title="Welkom"),),
    "capacity": 1,
}
EVENT_MOVE: dict[str, Any] = THAT | {"city": "Oostende", "place": "Kursaal", "day": day(LAST)}
EVENT_HELD: dict[str, Any] = {"by_sector": {"police": 3, "welfare": 4}, "organisations": (ORGANISER, POLICE)}
MEETING_HELD: dict[str, Any] = {
    "meeting_id": MEETING,
    "on": FIRST,
    "city": "Oostende",
    "partners": (ORGANISER, PARTNER),
    "release": "release-1",
}
TAKEN: dict[str, Any] = {
    "meeting_id": MEETING,
    "on": FIRST,
    "decision_id": DECISION,
    "text": "Een avondgroep in Brugge beginnen",
    "owner": PARTNER,
    "due": AFTER,
}
HELD: dict[str, Any] = {
    "training_id": TRAINING, "on": LAST, "kind": "basic", "days": (FIRST, LAST), "city": "Oostende",
    "online": False, "organiser": ORGANISER, "co_presenter": "intro-1", "pitched": True,
    "counted": {"welfare": 2}, "by_sector": {"police": 1, "welfare": 2}, "organisations": (POLICE,),
}  # fmt: skip
RECORDED: dict[str, Any] = {
    "training_id": TRAINING, "on": LAST, "participant_id": "p-1", "kind": "basic", "city": "Oostende",
    "organisation_id": POLICE, "sector": "police", "present": True,
}  # fmt: skip
ATTENDANCE: dict[str, Any] = {
    "training_id": TRAINING,
    "on": AFTER,
    "pitched": True,
    "present": ("p-1",),
    "counted": {"welfare": 2},
}
CLOSED: dict[str, Any] = {
    "training_id": TRAINING,
    "on": AFTER,
    "invited": 1,
    "answers": 5,
    "score": 8.2,
    "confidence_before": 2.0,
    "confidence_after": 4.0,
}
CODE: dict[str, Any] = {"digest": "a" * 64, "named": "b" * 64}
TALLY = Tally(answers=5, score=41, confidence_before=10, confidence_after=20)

DESCRIBED: dict[str, Any] = THIS | {
    "kind": "in_depth", "title": "Verdieping", "trainers": ("trainer-2",), "co_presenter": None,
}  # fmt: skip

EVENTS: dict[type[Event], dict[str, Any]] = {
    TrainingPlanned: PLAN,
    TrainingMoved: MOVE,
    TrainingDescribed: DESCRIBED,
    DaysRequiredSet: THIS | {"days_required": 1},
    CapacitySet: THIS | {"capacity": 3},
    RegistrationOpened: THIS,
    RegistrationClosed: THIS,
    TrainingCancelled: THIS | {"reason": "no_room"},
    TrainingReinstated: THIS,
    TrainingRevoked: THIS | {"on": AFTER},
    ProfessionalRegistered: THIS | {"professional": professional()},
    ProfessionalPutOnWaitingList: THIS | {"professional": professional()},
    PlaceGiven: THIS | {"participant_id": "p-1"},
    RegistrationCancelled: THIS | {"participant_id": "p-1"},
    ProfessionalCorrected: THIS | {"professional": professional(sector="health", function="nurse")},
    WalkInNamed: THIS | {"on": LAST, "professional": professional("p-9")},
    TrainingHeld: HELD,
    ParticipationRecorded: RECORDED,
    CertificateIssued: THIS | {"on": AFTER, "participant_id": "p-1", **CODE},
    CertificateRevoked: THIS | {"on": AFTER, "participant_id": "p-1"},
    EvaluationOpened: THIS | {"on": AFTER, "participants": ("p-1",)},
    EvaluationReopened: THIS | {"on": AFTER},
    EvaluationClosed: CLOSED,
    NetworkEventPlanned: EVENT_PLAN,
    NetworkEventMoved: EVENT_MOVE,
    NetworkEventCancelled: THAT | {"reason": "weather"},
    NetworkEventReinstated: THAT,
    NetworkEventRevoked: THAT | {"on": AFTER},
    GuestRegistered: THAT | {"guest": professional()},
    GuestCancelled: THAT | {"participant_id": "p-1"},
    NetworkEventHeld: EVENT_HELD | {"event_id": EVENT, "on": FIRST, "city": "Brugge"},
    SteeringMeetingPlanned: {
        "meeting_id": MEETING,
        "on": PLANNED_ON,
        "city": "Oostende",
        "planned_for": FIRST,
    },
    SteeringMeetingHeld: MEETING_HELD,
    SteeringMeetingCancelled: {"meeting_id": MEETING, "on": TOLD_ON},
    SteeringMeetingRevoked: {"meeting_id": MEETING, "on": AFTER},
    DecisionTaken: TAKEN,
    DecisionCarriedOut: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    DecisionReopened: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    DecisionRevoked: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    PartnerJoined: {"partner_id": PARTNER, "role": "primary_care", "since": PLANNED_ON, "city": "Oostende"},
    PartnerLeft: {"partner_id": PARTNER, "until": LAST},
}

COMMANDS: dict[type[Command], dict[str, Any]] = {
    PlanTraining: PLAN,
    MoveTraining: MOVE,
    DescribeTraining: DESCRIBED,
    CorrectDays: MOVE | {"on": date(2026, 2, 17)},
    RequireDays: THIS | {"days_required": 1},
    ReinstateTraining: THIS,
    RevokeTraining: THIS | {"on": AFTER},
    ReopenEvaluation: THIS | {"on": AFTER},
    SetCapacity: THIS | {"capacity": 3},
    OpenRegistration: THIS,
    CloseRegistration: THIS,
    CancelTraining: THIS | {"reason": "no_room"},
    RegisterProfessionals: THIS | {"professionals": (professional(),)},
    CancelRegistration: THIS | {"participant_id": "p-1"},
    CorrectProfessional: THIS
    | {
        "participant_id": "p-1",
        "organisation_id": POLICE,
        "sector": "health",
        "function": "nurse",
        "language": "nl",
    },
    RenewLink: THIS | {"participant_id": "p-1"},
    HoldTraining: ATTENDANCE,
    CorrectAttendance: ATTENDANCE,
    IssueCertificate: THIS | {"on": AFTER, "participant_id": "p-1", **CODE},
    OpenEvaluation: THIS | {"on": AFTER},
    RenewEvaluationLinks: THIS | {"on": AFTER},
    CloseEvaluation: THIS | {"on": AFTER, "tally": TALLY},
    PlanNetworkEvent: EVENT_PLAN,
    MoveNetworkEvent: EVENT_MOVE,
    CancelNetworkEvent: THAT | {"reason": "weather"},
    CorrectEventDay: EVENT_MOVE | {"on": AFTER},
    ReinstateNetworkEvent: THAT,
    RevokeNetworkEvent: THAT | {"on": AFTER},
    RegisterGuest: THAT | {"guest": professional()},
    CancelGuest: THAT | {"participant_id": "p-1"},
    RenewGuestLink: THAT | {"participant_id": "p-1"},
    HoldNetworkEvent: THAT | EVENT_HELD | {"on": FIRST},
    CorrectNetworkEvent: THAT | EVENT_HELD | {"on": AFTER},
    PlanSteeringMeeting: EVENTS[SteeringMeetingPlanned],
    HoldSteeringMeeting: MEETING_HELD,
    CorrectSteeringMeeting: MEETING_HELD,
    CancelSteeringMeeting: EVENTS[SteeringMeetingCancelled],
    RevokeSteeringMeeting: EVENTS[SteeringMeetingRevoked],
    TakeDecision: TAKEN,
    CorrectDecision: TAKEN,
    ReopenDecision: EVENTS[DecisionReopened],
    RevokeDecision: EVENTS[DecisionRevoked],
    CarryOutDecision: EVENTS[DecisionCarriedOut],
    JoinProgramme: EVENTS[PartnerJoined],
    LeaveProgramme: EVENTS[PartnerLeft],
}

E = TypeVar("E", bound=Event)
C = TypeVar("C", bound=Command)


def event(kind: type[E], **given: Any) -> E:
    return kind(**EVENTS[kind] | given)


def command(kind: type[C], **given: Any) -> C:
    return kind(**ASKED | COMMANDS[kind] | given)


def events() -> list[Event]:
    """One of every event."""
    unions = (TrainingEvent, NetworkEventEvent, MeetingEvent, PartnerEvent)
    return [event(each) for union in unions for each in get_args(union)]
