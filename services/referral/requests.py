"""The bodies of the requests: a command without what the server stamps (`at`, `by`) and what the path says."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.referral import commands as ask
from services.referral.people import Person, Text
from shared.messages import Command

_STAMPED = {"at", "by"}


def body_of(command: type[Command], *without: str) -> Any:  # noqa: ANN401 - a class made here, no field written twice
    """A body with the fields of `command`, but for those stamped and those named."""
    fields: dict[str, Any] = {
        name: (command.__annotations__[name] if isinstance(info.annotation, str) else info.rebuild_annotation(), info)
        for name, info in command.model_fields.items()
        if name not in {*without, *_STAMPED}
    }
    closed = ConfigDict(frozen=True, extra="forbid")
    return create_model(f"{command.__name__}Body", __config__=closed, **fields)


class NewOrganisation(body_of(ask.RegisterOrganisation)):  # type: ignore[misc]
    """An organisation that refers."""


class NewName(body_of(ask.RenameOrganisation, "organisation_id")):  # type: ignore[misc]
    """Another name for an organisation, from a day on."""


class NewReferrer(body_of(ask.RegisterReferrer)):  # type: ignore[misc]
    """A person of an organisation who refers; the name goes to the people register, never into a fact."""

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
