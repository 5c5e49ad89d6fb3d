"""One valid example of every fact and command of the training service; any field can be given instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, TypeVar, get_args

from services.training.commands import network as ask_network
from services.training.commands import steering as ask_steering
from services.training.commands import training as ask
from services.training.events import network, steering, training
from services.training.events.values import Professional, ProgrammeItem, TimeSlot
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
TALLY = ask.Tally(answers=5, score=41, confidence_before=10, confidence_after=20)

FACTS: dict[type[Event], dict[str, Any]] = {
    training.TrainingPlanned: PLAN,
    training.TrainingMoved: MOVE,
    training.CapacitySet: THIS | {"capacity": 3},
    training.RegistrationOpened: THIS,
    training.RegistrationClosed: THIS,
    training.TrainingCancelled: THIS | {"reason": "no_room"},
    training.ProfessionalRegistered: THIS | {"professional": professional()},
    training.ProfessionalPutOnWaitingList: THIS | {"professional": professional()},
    training.PlaceGiven: THIS | {"participant_id": "p-1"},
    training.RegistrationCancelled: THIS | {"participant_id": "p-1"},
    training.WalkInNamed: THIS | {"on": LAST, "professional": professional("p-9")},
    training.TrainingHeld: HELD,
    training.ParticipationRecorded: RECORDED,
    training.CertificateIssued: THIS | {"on": AFTER, "participant_id": "p-1", **CODE},
    training.CertificateRevoked: THIS | {"on": AFTER, "participant_id": "p-1"},
    training.EvaluationOpened: THIS | {"on": AFTER, "participants": ("p-1",)},
    training.EvaluationClosed: CLOSED,
    network.NetworkEventPlanned: EVENT_PLAN,
    network.NetworkEventMoved: EVENT_MOVE,
    network.NetworkEventCancelled: THAT | {"reason": "weather"},
    network.GuestRegistered: THAT | {"guest": professional()},
    network.GuestCancelled: THAT | {"participant_id": "p-1"},
    network.NetworkEventHeld: EVENT_HELD | {"event_id": EVENT, "on": FIRST, "city": "Brugge"},
    steering.SteeringMeetingPlanned: {
        "meeting_id": MEETING,
        "on": PLANNED_ON,
        "city": "Oostende",
        "planned_for": FIRST,
    },
    steering.SteeringMeetingHeld: MEETING_HELD,
    steering.DecisionTaken: TAKEN,
    steering.DecisionCarriedOut: {"meeting_id": MEETING, "on": AFTER, "decision_id": DECISION},
    steering.PartnerJoined: {"partner_id": PARTNER, "role": "primary_care", "since": PLANNED_ON, "city": "Oostende"},
    steering.PartnerLeft: {"partner_id": PARTNER, "until": LAST},
}

COMMANDS: dict[type[Command], dict[str, Any]] = {
    ask.PlanTraining: PLAN,
    ask.MoveTraining: MOVE,
    ask.SetCapacity: THIS | {"capacity": 3},
    ask.OpenRegistration: THIS,
    ask.CloseRegistration: THIS,
    ask.CancelTraining: THIS | {"reason": "no_room"},
    ask.RegisterProfessionals: THIS | {"professionals": (professional(),)},
    ask.CancelRegistration: THIS | {"participant_id": "p-1"},
    ask.RenewLink: THIS | {"participant_id": "p-1"},
    ask.HoldTraining: ATTENDANCE,
    ask.CorrectAttendance: ATTENDANCE,
    ask.IssueCertificate: THIS | {"on": AFTER, "participant_id": "p-1", **CODE},
    ask.OpenEvaluation: THIS | {"on": AFTER},
    ask.RenewEvaluationLinks: THIS | {"on": AFTER},
    ask.CloseEvaluation: THIS | {"on": AFTER, "tally": TALLY},
    ask_network.PlanNetworkEvent: EVENT_PLAN,
    ask_network.MoveNetworkEvent: EVENT_MOVE,
    ask_network.CancelNetworkEvent: THAT | {"reason": "weather"},
    ask_network.RegisterGuest: THAT | {"guest": professional()},
    ask_network.CancelGuest: THAT | {"participant_id": "p-1"},
    ask_network.RenewGuestLink: THAT | {"participant_id": "p-1"},
    ask_network.HoldNetworkEvent: THAT | EVENT_HELD | {"on": FIRST},
    ask_network.CorrectNetworkEvent: THAT | EVENT_HELD | {"on": AFTER},
    ask_steering.PlanSteeringMeeting: FACTS[steering.SteeringMeetingPlanned],
    ask_steering.HoldSteeringMeeting: MEETING_HELD,
    ask_steering.CorrectSteeringMeeting: MEETING_HELD,
    ask_steering.TakeDecision: TAKEN,
    ask_steering.CarryOutDecision: FACTS[steering.DecisionCarriedOut],
    ask_steering.JoinProgramme: FACTS[steering.PartnerJoined],
    ask_steering.LeaveProgramme: FACTS[steering.PartnerLeft],
}

E = TypeVar("E", bound=Event)
C = TypeVar("C", bound=Command)


def fact(kind: type[E], **given: Any) -> E:
    return kind(**FACTS[kind] | given)


def command(kind: type[C], **given: Any) -> C:
    return kind(**ASKED | COMMANDS[kind] | given)


def facts() -> list[Event]:
    """One of every fact."""
    unions = (training.TrainingEvent, network.NetworkEventEvent, steering.MeetingEvent, steering.PartnerEvent)
    return [fact(each) for union in unions for each in get_args(union)]
