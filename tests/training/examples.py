"""One valid example of every event and command of the training service; any field can be given instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, TypeVar, get_args

from services.training.meetings import commands as meeting_commands
from services.training.meetings import events as meeting_events
from services.training.network_events import commands as event_commands
from services.training.network_events import events as event_events
from services.training.partners import commands as partner_commands
from services.training.partners import events as partner_events
from services.training.trainings import commands as training_commands
from services.training.trainings import events as training_events
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
TALLY = training_commands.Tally(answers=5, score=41, confidence_before=10, confidence_after=20)

DESCRIBED: dict[str, Any] = THIS | {
    "kind": "in_depth", "title": "Verdieping", "trainers": ("trainer-2",), "co_presenter": None,
}  # fmt: skip

EVENTS: dict[type[Event], dict[str, Any]] = {
    training_events.TrainingPlanned: PLAN,
    training_events.TrainingMoved: MOVE,
    training_events.TrainingDescribed: DESCRIBED,
    training_events.DaysRequiredSet: THIS | {"days_required": 1},
    training_events.CapacitySet: THIS | {"capacity": 3},
    training_events.RegistrationOpened: THIS,
    training_events.RegistrationClosed: THIS,
    training_events.TrainingCancelled: THIS | {"reason": "no_room"},
    training_events.TrainingReinstated: THIS,
    training_events.TrainingRevoked: THIS | {"on": AFTER},
    training_events.ProfessionalRegistered: THIS | {"professional": professional()},
    training_events.ProfessionalPutOnWaitingList: THIS | {"professional": professional()},
    training_events.PlaceGiven: THIS | {"participant_id": "p-1"},
    training_events.RegistrationCancelled: THIS | {"participant_id": "p-1"},
    training_events.ProfessionalCorrected: THIS | {"professional": professional(sector="health", function="nurse")},
    training_events.WalkInNamed: THIS | {"on": LAST, "professional": professional("p-9")},
    training_events.TrainingHeld: HELD,
    training_events.ParticipationRecorded: RECORDED,
    training_events.CertificateIssued: THIS | {"on": AFTER, "participant_id": "p-1", **CODE},
    training_events.CertificateRevoked: THIS | {"on": AFTER, "participant_id": "p-1"},
    training_events.EvaluationOpened: THIS | {"on": AFTER, "participants": ("p-1",)},
    training_events.EvaluationReopened: THIS | {"on": AFTER},
    training_events.EvaluationClosed: CLOSED,
    event_events.NetworkEventPlanned: EVENT_PLAN,
    event_events.NetworkEventMoved: EVENT_MOVE,
    event_events.NetworkEventCancelled: THAT | {"reason": "weather"},
    event_events.NetworkEventReinstated: THAT,
    event_events.NetworkEventRevoked: THAT | {"on": AFTER},
    event_events.GuestRegistered: THAT | {"guest": professional()},
    event_events.GuestCancelled: THAT | {"participant_id": "p-1"},
    event_events.NetworkEventHeld: EVENT_HELD | {"event_id": EVENT, "on": FIRST, "city": "Brugge"},
    meeting_events.SteeringMeetingPlanned: {
        "meeting_id": MEETING,
        "on": PLANNED_ON,
        "city": "Oostende",
        "planned_for": FIRST,
    },
    meeting_events.SteeringMeetingHeld: MEETING_HELD,
    meeting_events.SteeringMeetingCancelled: {"meeting_id": MEETING, "on": TOLD_ON},
    meeting_events.SteeringMeetingRevoked: {"meeting_id": MEETING, "on": AFTER},
    meeting_events.DecisionTaken: TAKEN,
    meeting_events.DecisionCarriedOut: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    meeting_events.DecisionReopened: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    meeting_events.DecisionRevoked: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    partner_events.PartnerJoined: {
        "partner_id": PARTNER,
        "role": "primary_care",
        "since": PLANNED_ON,
        "city": "Oostende",
    },
    partner_events.PartnerLeft: {"partner_id": PARTNER, "until": LAST},
}

COMMANDS: dict[type[Command], dict[str, Any]] = {
    training_commands.PlanTraining: PLAN,
    training_commands.MoveTraining: MOVE,
    training_commands.DescribeTraining: DESCRIBED,
    training_commands.CorrectDays: MOVE | {"on": date(2026, 2, 17)},
    training_commands.RequireDays: THIS | {"days_required": 1},
    training_commands.ReinstateTraining: THIS,
    training_commands.RevokeTraining: THIS | {"on": AFTER},
    training_commands.ReopenEvaluation: THIS | {"on": AFTER},
    training_commands.SetCapacity: THIS | {"capacity": 3},
    training_commands.OpenRegistration: THIS,
    training_commands.CloseRegistration: THIS,
    training_commands.CancelTraining: THIS | {"reason": "no_room"},
    training_commands.RegisterProfessionals: THIS | {"professionals": (professional(),)},
    training_commands.CancelRegistration: THIS | {"participant_id": "p-1"},
    training_commands.CorrectProfessional: THIS
    | {
        "participant_id": "p-1",
        "organisation_id": POLICE,
        "sector": "health",
        "function": "nurse",
        "language": "nl",
    },
    training_commands.RenewLink: THIS | {"participant_id": "p-1"},
    training_commands.HoldTraining: ATTENDANCE,
    training_commands.CorrectAttendance: ATTENDANCE,
    training_commands.IssueCertificate: THIS | {"on": AFTER, "participant_id": "p-1", **CODE},
    training_commands.OpenEvaluation: THIS | {"on": AFTER},
    training_commands.RenewEvaluationLinks: THIS | {"on": AFTER},
    training_commands.CloseEvaluation: THIS | {"on": AFTER, "tally": TALLY},
    event_commands.PlanNetworkEvent: EVENT_PLAN,
    event_commands.MoveNetworkEvent: EVENT_MOVE,
    event_commands.CancelNetworkEvent: THAT | {"reason": "weather"},
    event_commands.CorrectEventDay: EVENT_MOVE | {"on": AFTER},
    event_commands.ReinstateNetworkEvent: THAT,
    event_commands.RevokeNetworkEvent: THAT | {"on": AFTER},
    event_commands.RegisterGuest: THAT | {"guest": professional()},
    event_commands.CancelGuest: THAT | {"participant_id": "p-1"},
    event_commands.RenewGuestLink: THAT | {"participant_id": "p-1"},
    event_commands.HoldNetworkEvent: THAT | EVENT_HELD | {"on": FIRST},
    event_commands.CorrectNetworkEvent: THAT | EVENT_HELD | {"on": AFTER},
    meeting_commands.PlanSteeringMeeting: EVENTS[meeting_events.SteeringMeetingPlanned],
    meeting_commands.HoldSteeringMeeting: MEETING_HELD,
    meeting_commands.CorrectSteeringMeeting: MEETING_HELD,
    meeting_commands.CancelSteeringMeeting: EVENTS[meeting_events.SteeringMeetingCancelled],
    meeting_commands.RevokeSteeringMeeting: EVENTS[meeting_events.SteeringMeetingRevoked],
    meeting_commands.TakeDecision: TAKEN,
    meeting_commands.CorrectDecision: TAKEN,
    meeting_commands.ReopenDecision: EVENTS[meeting_events.DecisionReopened],
    meeting_commands.RevokeDecision: EVENTS[meeting_events.DecisionRevoked],
    meeting_commands.CarryOutDecision: EVENTS[meeting_events.DecisionCarriedOut],
    partner_commands.JoinProgramme: EVENTS[partner_events.PartnerJoined],
    partner_commands.LeaveProgramme: EVENTS[partner_events.PartnerLeft],
}

E = TypeVar("E", bound=Event)
C = TypeVar("C", bound=Command)


def event(kind: type[E], **given: Any) -> E:
    return kind(**EVENTS[kind] | given)


def command(kind: type[C], **given: Any) -> C:
    return kind(**ASKED | COMMANDS[kind] | given)


def events() -> list[Event]:
    """One of every event."""
    unions = (
        training_events.TrainingEvent,
        event_events.NetworkEventEvent,
        meeting_events.MeetingEvent,
        partner_events.PartnerEvent,
    )
    return [event(each) for union in unions for each in get_args(union)]
