"""What each request of the referral service carries."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.referral import commands as ask
from services.referral.people import Person, Text
from shared.domain.messages import Command, Message
from shared.http.requests import body_of


class NewOrganisation(body_of(ask.RegisterOrganisation)):  # type: ignore[misc]
    """An organisation that refers."""


class NewName(body_of(ask.RenameOrganisation, "organisation_id")):  # type: ignore[misc]
    """Another name for an organisation, from a day on."""


class NewReferrer(body_of(ask.RegisterReferrer)):  # type: ignore[misc]
    """A person of an organisation who refers; the name goes to the people register, never into a fact."""

    name: Text = Field(repr=False)
    email: Text | None = Field(default=None, repr=False)


class NamedReferrer(Message):
    """What is to be known of a referrer, whole."""

    name: Text = Field(repr=False)
    email: Text | None = Field(default=None, repr=False)


class NewReferral(body_of(ask.ReceiveReferral)):  # type: ignore[misc]
    """A referral; the person goes to the people register, never into a fact."""

    person: Person = Field(repr=False)


class Intake(body_of(ask.RecordIntake, "referral_id")):  # type: ignore[misc]
    """The intake, with a result for every criterion."""


_STEPS: dict[str, type[Command]] = {
    "plan-intake": ask.PlanIntake,
    "accept": ask.AcceptReferral,
    "decline-not-eligible": ask.DeclineNotEligible,
    "decline-not-suitable": ask.DeclineNotSuitable,
    "hold": ask.PutReferralOnHold,
    "resume": ask.ResumeReferral,
    "withdraw": ask.WithdrawReferral,
    "link-duplicate": ask.LinkDuplicate,
    "retract": ask.RetractReferral,
}
ROAD: dict[str, tuple[type[BaseModel], type[Command]]] = {
    path: (body_of(command, "referral_id"), command) for path, command in _STEPS.items()
}
