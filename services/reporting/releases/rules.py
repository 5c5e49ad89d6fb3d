"""The rules of releases: audited before they are handed over, approved by another person, numbered in order."""

from __future__ import annotations

from typing import assert_never

from services.reporting.refusals import Refusal
from services.reporting.releases.canonical import digest
from services.reporting.releases.commands import (
    ApproveRelease,
    AuditRelease,
    HandOverRelease,
    PrepareRelease,
    PublishRelease,
    ReleaseCommand,
    SendBackRelease,
    WriteNarrative,
)
from services.reporting.releases.document import document_of
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
from services.reporting.releases.state import Release, Releases
from shared.domain.clock import day_in_belgium
from shared.domain.messages import Refused


def decide(state: Releases, command: ReleaseCommand) -> list[ReleaseEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    match command:
        case PrepareRelease():
            return prepare(state, command)
        case AuditRelease():
            return audit(state, command)
        case WriteNarrative():
            return write(state, command)
        case HandOverRelease():
            return hand_over(state, command)
        case ApproveRelease():
            return approve(state, command)
        case SendBackRelease():
            return send_back(state, command)
        case PublishRelease():
            return publish(state, command)
        case _:
            assert_never(command)


def prepare(state: Releases, command: PrepareRelease) -> list[ReleaseEvent]:
    """A draft can be made, and made again, until it is handed over; of the same facts it is the same."""
    held = state.by_id.get(command.release_id)
    if held and held.status not in {"draft", "sent_back"}:
        raise Refused(Refusal.RELEASE_NOT_DRAFT)
    if command.based_on != state.last:
        raise Refused(Refusal.RELEASE_OUTDATED)
    if command.supersedes is not None:
        _of_the_same_period(state, command.supersedes, command)
    event = ReleasePrepared(
        release_id=command.release_id,
        on=day_in_belgium(command.at),
        by=command.by,
        number=state.last + 1,
        based_on=command.based_on,
        supersedes=command.supersedes,
        cities=command.cities,
        tightening=command.tightening,
        facts=command.facts,
        content=command.content,
        held=command.held,
    )
    return [] if held and held.status == "draft" and held.prepared == event else [event]


def _of_the_same_period(state: Releases, number: int, command: PrepareRelease) -> None:
    earlier = state.numbered(number)
    if earlier is None or earlier.superseded_by:
        raise Refused(Refusal.RELEASE_UNKNOWN)
    before, now = earlier.prepared.content.period, command.content.period
    if (before.kind, before.since) != (now.kind, now.since):
        raise Refused(Refusal.RELEASE_OF_ANOTHER_PERIOD)


def audit(state: Releases, command: AuditRelease) -> list[ReleaseEvent]:
    """What was found of the draft as it is, after the release that is the last."""
    release = _in(state, command.release_id, "draft")
    if command.based_on != state.last or command.content != release.prepared.content:
        raise Refused(Refusal.RELEASE_OUTDATED)
    if release.audited and release.audited.audited == command.audited:
        return []
    on = day_in_belgium(command.at)
    return [ReleaseAudited(release_id=command.release_id, on=on, by=command.by, audited=command.audited)]


def write(state: Releases, command: WriteNarrative) -> list[ReleaseEvent]:
    """Text can be written, and written again, until the release is handed over."""
    release = _known(state, command.release_id)
    if release.status not in {"draft", "sent_back"}:
        raise Refused(Refusal.RELEASE_NOT_DRAFT)
    written = release.narrative.get((command.language, command.heading))
    if written and written.text == command.text:
        return []
    return [
        NarrativeWritten(
            release_id=command.release_id,
            on=day_in_belgium(command.at),
            by=command.by,
            language=command.language,
            heading=command.heading,
            text=command.text,
        )
    ]


def hand_over(state: Releases, command: HandOverRelease) -> list[ReleaseEvent]:
    """A draft that was audited, and in which nobody can compute too much."""
    release = _known(state, command.release_id)
    if release.status == "handed_over":
        return []
    _in(state, command.release_id, "draft")
    _still_the_next(state, release)
    if release.audited is None:
        raise Refused(Refusal.RELEASE_NOT_AUDITED)
    if release.audited.audited.narrow:
        raise Refused(Refusal.RELEASE_NOT_SAFE)
    return [ReleaseHandedOver(release_id=command.release_id, on=day_in_belgium(command.at), by=command.by)]


def approve(state: Releases, command: ApproveRelease) -> list[ReleaseEvent]:
    """By another person than who prepared it or handed it over: of the steering group, or of another city."""
    release = _known(state, command.release_id)
    if release.status == "approved":
        return []
    _in(state, command.release_id, "handed_over")
    _another_person(release, command.by)
    if not command.steering and not set(command.cities) - set(release.prepared.cities):
        raise Refused(Refusal.APPROVER_OF_SAME_CITY)
    return [ReleaseApproved(release_id=command.release_id, on=day_in_belgium(command.at), by=command.by)]


def send_back(state: Releases, command: SendBackRelease) -> list[ReleaseEvent]:
    """Until it is published, by another person than who prepared it; it can then be prepared again."""
    release = _known(state, command.release_id)
    if release.status == "sent_back" and release.sent_back and release.sent_back.reason == command.reason:
        return []
    if release.status not in {"handed_over", "approved"}:
        raise Refused(Refusal.RELEASE_NOT_HANDED_OVER)
    _another_person(release, command.by)
    on = day_in_belgium(command.at)
    return [ReleaseSentBack(release_id=command.release_id, on=on, by=command.by, reason=command.reason)]


def publish(state: Releases, command: PublishRelease) -> list[ReleaseEvent]:
    """An approved release, while it is the next: it gets its number and its digest."""
    release = _known(state, command.release_id)
    if release.status == "published":
        return []
    _in(state, command.release_id, "approved")
    _still_the_next(state, release)
    on, number = day_in_belgium(command.at), release.prepared.number
    told = document_of(release.prepared, on)
    events: list[ReleaseEvent] = [
        ReleasePublished(release_id=command.release_id, on=on, by=command.by, document=told, digest=digest(told))
    ]
    superseded = state.numbered(release.prepared.supersedes or 0)
    if superseded:
        earlier = superseded.prepared.release_id
        events.append(ReleaseSuperseded(release_id=earlier, on=on, by=command.by, superseded_by=number))
    return events


def _still_the_next(state: Releases, release: Release) -> None:
    """What was published since its draft was made, the audit did not know."""
    if release.prepared.based_on != state.last:
        raise Refused(Refusal.RELEASE_OUTDATED)


def _another_person(release: Release, by: str) -> None:
    handed_over = release.handed_over.by if release.handed_over else None
    if by in {release.prepared.by, handed_over}:
        raise Refused(Refusal.APPROVER_PREPARED)


def _known(state: Releases, release_id: str) -> Release:
    release = state.by_id.get(release_id)
    if release is None:
        raise Refused(Refusal.RELEASE_UNKNOWN)
    return release


def _in(state: Releases, release_id: str, status: str) -> Release:
    release = _known(state, release_id)
    if release.status != status:
        refusals = {
            "draft": Refusal.RELEASE_NOT_DRAFT,
            "handed_over": Refusal.RELEASE_NOT_HANDED_OVER,
            "approved": Refusal.RELEASE_NOT_APPROVED,
        }
        raise Refused(refusals[status])
    return release
