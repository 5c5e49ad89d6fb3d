"""`make indicators`: writes docs/indicators.md, the catalogue of indicators for people, in three languages."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import get_args

from deploy.events import DOCS, template
from services.reporting.metrics.catalogue import catalogue, catalogue_version, fed
from shared.i18n.text import Language

_KINDS = {
    "count": "A count",
    "distinct": "Each counted once over whatever period, seen by way",
    "days": "Days (how many were measured, the median, and what nine in ten stay within)",
    "number": "A number (how many were measured, how often each, and the median)",
    "mean": "A mean (each answer weighing the same)",
    "standing": "What stands in that period",
}


def files() -> dict[Path, str]:
    """Every file this writes, with its content."""
    chapters = [(chapter, list(those)) for chapter, those in groupby(catalogue(), key=lambda each: each.chapter)]
    page = template("indicators.md.jinja").render(
        chapters=chapters, languages=get_args(Language), KINDS=_KINDS, fed=fed, version=catalogue_version()
    )
    return {DOCS / "indicators.md": page.rstrip("\n") + "\n"}


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
