"""What each request of the training service carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.training.commands import network, steering, training
from services.training.evaluation import Answer
from services.training.events.values import Function, Professional
from services.training.links import Token
from services.training.names import Contact
from shared.domain.bounds import Day
from shared.domain.bounds import Line as PersonName
from shared.domain.messages import Command
from shared.http.requests import body_of, fields_of
from shared.i18n.code_lists import Id, Sector
from shared.i18n.text import Language

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=200,
        pattern=r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+\.[^@\s\x00-\x1f\x7f-\x9f]+$",
    ),
]


class Closed(BaseModel):
    """A body without any other field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Newcomer(Closed):
    """A professional who registers; name and address go to the people register, never into a fact."""

    name: PersonName = Field(repr=False)
    email: Email = Field(repr=False)
    organisation_id: Id | None = None
    sector: Sector
    function: Function
    language: Language

    def contact(self) -> Contact:
        """What is sealed."""
        return Contact(name=self.name, email=self.email)

    def professional(self, participant_id: str) -> Professional:
        """What the facts know."""
        return Professional(participant_id=participant_id, **fields_of(self, "name", "email"))


class Registering(Newcomer):
    """A registration that a trainer writes in, on the day it was made."""

    on: Day


class NewTraining(body_of(training.PlanTraining)):  # type: ignore[misc]
    """A training to plan."""


class Attendance(body_of(training.HoldTraining, "training_id", "walk_ins")):  # type: ignore[misc]
    """Who was there; who walked in is named here as he would have registered."""

    walk_ins: Annotated[tuple[Newcomer, ...], Field(max_length=1000)] = ()


class Told(Closed):
    """The day on which something was said."""

    on: Day


class NewNetworkEvent(body_of(network.PlanNetworkEvent, "speakers")):  # type: ignore[misc]
    """A network event to plan; the names of the speakers go to the people register, never into a fact."""

    speakers: Annotated[tuple[PersonName, ...], Field(max_length=50, repr=False)] = ()


class NewMeeting(body_of(steering.PlanSteeringMeeting)):  # type: ignore[misc]
    """A meeting to plan."""


class HeldMeeting(body_of(steering.HoldSteeringMeeting, "meeting_id")):  # type: ignore[misc]
    """A meeting that was held."""


class NewDecision(body_of(steering.TakeDecision, "meeting_id")):  # type: ignore[misc]
    """What the meeting decided."""


class Joining(body_of(steering.JoinProgramme, "partner_id", "city")):  # type: ignore[misc]
    """A role from a day on."""


class Leaving(body_of(steering.LeaveProgramme, "partner_id")):  # type: ignore[misc]
    """The first day it is no partner any more."""


class Link(Closed):
    """The link of a registration: it says how one stands, and takes it back."""

    token: Token = Field(repr=False)


class Opinion(Answer):
    """An answer, with the link it was asked by."""

    token: Token = Field(repr=False)


class Name(Closed):
    """A name as it should be."""

    name: PersonName = Field(repr=False)


_STEPS: dict[str, type[Command]] = {
    "move": training.MoveTraining,
    "set-capacity": training.SetCapacity,
    "open-registration": training.OpenRegistration,
    "close-registration": training.CloseRegistration,
    "cancel": training.CancelTraining,
}
TRAINING_STEPS: dict[str, tuple[type[BaseModel], type[Command]]] = {
    path: (body_of(command, "training_id"), command) for path, command in _STEPS.items()
}
_EVENT_STEPS: dict[str, type[Command]] = {
    "move": network.MoveNetworkEvent,
    "cancel": network.CancelNetworkEvent,
    "hold": network.HoldNetworkEvent,
    "correct": network.CorrectNetworkEvent,
}
EVENT_STEPS: dict[str, tuple[type[BaseModel], type[Command]]] = {
    path: (body_of(command, "event_id"), command) for path, command in _EVENT_STEPS.items()
}
