"""What has happened to the releases: one stream, in the order in which they are numbered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.reporting.releases.facts import Facts
from services.reporting.releases.plan import Tightening
from services.reporting.releases.values import Audited, Content, Document, Heading, HeldBack, Version
from shared.contracts.released import Digest, Number, ReleaseId
from shared.domain.bounds import Day, Paragraph, Subject
from shared.domain.messages import Event
from shared.i18n.code_lists import City
from shared.i18n.text import LanguageCode

Cities = Annotated[tuple[City, ...], Field(max_length=1000)]


class OfRelease(Event):
    """Something that happened to one release, on that day and by whom."""

    release_id: ReleaseId
    on: Day
    by: Subject


class ReleasePrepared(OfRelease):
    """A draft was made of the facts of that moment, after the release `based_on` (0: none); said again, anew.

    `cities` are those that the preparer acts for. The facts stay here: nothing of them is published.
    """

    number: Number
    based_on: Version
    supersedes: Number | None
    cities: Cities
    tightening: Tightening
    facts: Facts
    content: Content
    held: Annotated[tuple[HeldBack, ...], Field(max_length=200)]


class ReleaseAudited(OfRelease):
    """What everybody could compute from it, together with all releases before it."""

    audited: Audited


class NarrativeWritten(OfRelease):
    """What people say under one heading, in one language; said again, it replaces."""

    language: LanguageCode
    heading: Heading
    text: Paragraph


class ReleaseHandedOver(OfRelease):
    """It is for another person to approve."""


class ReleaseApproved(OfRelease):
    """Another person than who prepared it agrees that it is published."""


class ReleaseSentBack(OfRelease):
    """Another person does not agree yet."""

    reason: Paragraph


class ReleasePublished(OfRelease):
    """It is public, whole and for ever; `digest` is that of its canonical bytes."""

    document: Document
    digest: Digest


class ReleaseSuperseded(OfRelease):
    """A later release replaces it: it stays what it was, and says so."""

    superseded_by: Number


ReleaseEvent = (
    ReleasePrepared | ReleaseAudited | NarrativeWritten | ReleaseHandedOver | ReleaseApproved | ReleaseSentBack
    | ReleasePublished | ReleaseSuperseded
)  # fmt: skip
