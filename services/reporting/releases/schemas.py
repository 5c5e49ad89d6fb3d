"""What the requests about one release say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.reporting.releases.plan import Tightening
from services.reporting.releases.values import Heading
from shared.contracts.released import Number, ReleaseId
from shared.domain.bounds import Paragraph
from shared.domain.messages import Message
from shared.i18n.text import Language


class NewRelease(Message):
    """A draft to make, or to make again: of the project until now, or of one calendar year; less than the plan holds.

    `supersedes` is the number of an earlier release of the same period that it corrects.
    """

    release_id: ReleaseId
    kind: Literal["project", "year"]
    year: Annotated[int, Field(ge=2000, le=2099)]
    tightening: Tightening = Tightening()
    supersedes: Number | None = None


class Narrative(Message):
    """What people say under one heading, in one language."""

    language: Language
    heading: Heading
    text: Paragraph


class Doubt(Message):
    """Why it is sent back."""

    reason: Paragraph
