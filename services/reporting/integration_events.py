"""Own event to public message, or None: the only door out of the service."""

from __future__ import annotations

from services.reporting.releases.events import ReleasePublished
from services.reporting.releases.values import Document
from shared.contracts import reporting as contract
from shared.domain.messages import AnyRecorded
from shared.messaging.outgoing import OutgoingMessage


def to_integration_event(recorded: AnyRecorded) -> OutgoingMessage | None:
    """What others are told of an event: a release, whole, and nothing of how it came about."""
    if not isinstance(recorded.event, ReleasePublished):
        return None
    return OutgoingMessage(contract.RELEASES, recorded.stream, released(recorded.event.document, recorded.event.digest))


def released(told: Document, digest: str) -> contract.ReportReleased:
    """The public message of a release."""
    return contract.ReportReleased(
        release=told.release,
        number=told.number,
        supersedes=told.supersedes,
        on=told.on,
        period=told.period,
        plan=told.plan,
        catalogue=told.catalogue,
        sums=told.sums,
        tables=told.tables,
        waits=told.waits,
        counts=told.counts,
        digest=digest,
    )
