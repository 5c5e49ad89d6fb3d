"""What each request of the carousel carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.carousel.commands import cycle as ask
from services.carousel.commands import participation as ask_person
from services.carousel.commands.cycle import Hour, Place
from services.carousel.events.values import Capacity, Numbers
from services.carousel.notes import NoteText
from shared.domain.bounds import Day
from shared.domain.messages import Command
from shared.http.requests import body_of
from shared.i18n.code_lists import City, Id, PartOfDay

_CYCLE, _SESSION, _PERSON = (
    "/cycles/{cycle_id}",
    "/cycles/{cycle_id}/sessions/{session_id}",
    "/participations/{referral_id}",
)


CycleId = Annotated[Id, Field(max_length=61)]
"""An id to which each session adds its number."""


class NewOffer(body_of(ask.PublishOffer, "cities")):  # type: ignore[misc]
    """An offer, or its next version."""


class NewCycle(BaseModel):
    """The template of a cycle: a session for each module of the offer, from the first day on, in a weekly rhythm.

    Holidays of Belgium and the days `closed` are skipped; `order` begins with another module than the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cycle_id: CycleId
    offer_id: Id
    city: City
    place: Place
    part_of_day: PartOfDay
    first_on: Day
    starts: Hour
    weeks_between: Annotated[int, Field(ge=1, le=8)] = 1
    closed: Annotated[tuple[Day, ...], Field(max_length=100)] = ()
    order: Numbers = ()
    capacity: Capacity
    facilitators: tuple[Id, Id]
    on: Day


class Looked(body_of(ask_person.CloseSafetyTask, "referral_id", "task_id")):  # type: ignore[misc]
    """A facilitator has looked; his note is sealed, and never in a fact."""

    note: NoteText = Field(repr=False)


_OF_CYCLES: dict[str, type[Command]] = {
    f"{_SESSION}/move": ask.MoveSession,
    f"{_SESSION}/cancel": ask.CancelSession,
    f"{_SESSION}/cover": ask.ArrangeCover,
    f"{_SESSION}/hold": ask.HoldSession,
    f"{_SESSION}/correct": ask.CorrectAttendance,
    f"{_CYCLE}/catch-up": ask.AddCatchUp,
    f"{_CYCLE}/close": ask.CloseCycle,
}
_OF_PARTICIPATIONS: dict[str, type[Command]] = {
    f"{_PERSON}/offer-place": ask_person.OfferPlace,
    f"{_PERSON}/place": ask_person.PlaceParticipant,
    f"{_PERSON}/accept-place": ask_person.AcceptPlace,
    f"{_PERSON}/refuse-place": ask_person.RefusePlace,
    f"{_PERSON}/give-back-place": ask_person.GiveBackPlace,
    f"{_PERSON}/pause": ask_person.PauseParticipation,
    f"{_PERSON}/resume": ask_person.ResumeParticipation,
    f"{_PERSON}/stop": ask_person.StopParticipation,
    f"{_PERSON}/return": ask_person.ReturnToParticipation,
    f"{_PERSON}/keep-apart": ask_person.DeclareNonAssociation,
    f"{_PERSON}/let-together": ask_person.LiftNonAssociation,
}
Steps = dict[str, tuple[type[BaseModel], type[Command]]]


def _steps(commands: dict[str, type[Command]], *said_elsewhere: str) -> Steps:
    return {
        path: (
            body_of(command, *(name for name in command.model_fields if f"{{{name}}}" in path), *said_elsewhere),
            command,
        )
        for path, command in commands.items()
    }


OF_CYCLES = _steps(_OF_CYCLES)
OF_PARTICIPATIONS = _steps(_OF_PARTICIPATIONS, "other_cycle_id")
