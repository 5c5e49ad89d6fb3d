"""The document that a draft becomes when it is published."""

from __future__ import annotations

from datetime import date

from services.reporting.releases.events import ReleasePrepared
from services.reporting.releases.values import Document


def document_of(prepared: ReleasePrepared, on: date) -> Document:
    """The release that was prepared, published on that day."""
    content = prepared.content
    return Document(
        release=prepared.release_id,
        number=prepared.number,
        supersedes=prepared.supersedes,
        on=on,
        period=content.period,
        plan=content.plan,
        catalogue=content.catalogue,
        sums=content.sums,
        tables=content.tables,
        waits=content.waits,
        counts=content.counts,
    )
