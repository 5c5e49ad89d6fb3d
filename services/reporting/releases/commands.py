"""What may be asked of the releases."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.reporting.releases.events import Cities
from services.reporting.releases.facts import Facts
from services.reporting.releases.plan import Tightening
from services.reporting.releases.schemas import Doubt, Narrative
from services.reporting.releases.values import Audited, Content, HeldBack, Version
from shared.contracts.released import Number, ReleaseId
from shared.domain.messages import Command


class ToRelease(Command):
    """Something asked of one release."""

    release_id: ReleaseId


class PrepareRelease(ToRelease):
    """Make a draft of what was counted and protected just now, after the release `based_on`."""

    based_on: Version
    supersedes: Number | None
    cities: Cities
    tightening: Tightening
    facts: Facts
    content: Content
    held: Annotated[tuple[HeldBack, ...], Field(max_length=200)]


class AuditRelease(ToRelease):
    """Record what everybody could compute from the draft of these contents, after the release `based_on`."""

    based_on: Version
    content: Content
    audited: Audited


class WriteNarrative(Narrative, ToRelease):
    """Say something under one heading."""


class HandOverRelease(ToRelease):
    """Ask another person to approve it."""


class ApproveRelease(ToRelease):
    """Agree, as one of the steering group or as a coordinator of these cities."""

    steering: bool
    cities: Cities


class SendBackRelease(Doubt, ToRelease):
    """Do not agree, and say why."""


class PublishRelease(ToRelease):
    """Make it public."""


ReleaseCommand = (
    PrepareRelease | AuditRelease | WriteNarrative | HandOverRelease | ApproveRelease | SendBackRelease | PublishRelease
)
