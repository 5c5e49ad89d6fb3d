"""What is known of all releases, and how each event changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from services.reporting.releases.events import (
    NarrativeWritten,
    ReleaseApproved,
    ReleaseAudited,
    ReleaseEvent,
    ReleaseHandedOver,
    ReleasePrepared,
    ReleasePublished,
    ReleaseSentBack,
    ReleaseSuperseded,
)

Status = Literal["draft", "handed_over", "sent_back", "approved", "published"]
Heard = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """One release; `narrative` is by language and heading."""

    prepared: ReleasePrepared
    status: Status = "draft"
    audited: ReleaseAudited | None = None
    narrative: Mapping[Heard, NarrativeWritten] = field(default_factory=dict)
    handed_over: ReleaseHandedOver | None = None
    approved: ReleaseApproved | None = None
    sent_back: ReleaseSentBack | None = None
    published: ReleasePublished | None = None
    superseded_by: int | None = None


@dataclass(frozen=True, slots=True)
class Releases:
    """All of them by id, and the ids of those that are published, in the order of their numbers."""

    by_id: Mapping[str, Release] = field(default_factory=dict)
    published: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The number of the last published one; 0 while there is none."""
        return len(self.published)

    def numbered(self, number: int) -> Release | None:
        """The published release of that number."""
        return self.by_id[self.published[number - 1]] if 0 < number <= self.last else None


def evolve(state: Releases, event: ReleaseEvent) -> Releases:
    """The releases after one event."""
    release = state.by_id.get(event.release_id)
    published = state.published
    if isinstance(event, ReleasePublished):
        published = (*published, event.release_id)
    after = _of_one(release, event)
    return replace(state, by_id={**state.by_id, event.release_id: after}, published=published)


def _of_one(release: Release | None, event: ReleaseEvent) -> Release:
    if isinstance(event, ReleasePrepared):
        return Release(event, narrative=release.narrative if release else {})
    if release is None:
        raise ValueError(event.release_id)
    match event:
        case ReleaseAudited():
            return replace(release, audited=event)
        case NarrativeWritten():
            return replace(release, narrative={**release.narrative, (event.language, event.heading): event})
        case ReleaseHandedOver():
            return replace(release, status="handed_over", handed_over=event)
        case ReleaseApproved():
            return replace(release, status="approved", approved=event)
        case ReleaseSentBack():
            return replace(release, status="sent_back", sent_back=event)
        case ReleasePublished():
            return replace(release, status="published", published=event)
        case ReleaseSuperseded():
            return replace(release, superseded_by=event.superseded_by)
        case _:
            assert_never(event)
