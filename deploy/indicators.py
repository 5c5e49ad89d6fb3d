"""`make indicators`: writes docs/indicators.md, the catalogue of indicators for people, in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import get_args

from services.reporting.metrics.catalogue import Indicator, catalogue
from shared.i18n.text import Language

DOCS = Path(__file__).resolve().parents[1] / "docs"
_HEAD = """\
# What the figures mean

Written by `make indicators` from `services/reporting/metrics/catalogue.json`.
Figures are kept by month. Every one can be read of any months, and of one city, partner or sector where it has these.
"City" and "partner" mean something else from figure to figure: both are said at each.
A protected figure counts referred people or participants, or would tell of them: it leaves the house in a release only.
"""
_KINDS = {
    "count": "a count",
    "distinct": "each counted once, over whatever months",
    "days": "days: how many were measured, the median, and what nine in ten stay within",
    "number": "a number: how many were measured, how often each, and the median",
    "mean": "a mean, each answer weighing the same",
    "standing": "as it stands in those months",
}


def files() -> dict[Path, str]:
    """Every file this writes, with its content."""
    return {DOCS / "indicators.md": "\n".join(_page())}


def _page() -> Iterator[str]:
    yield _HEAD
    for chapter, those in groupby(catalogue(), key=lambda each: each.chapter):
        yield f"## {chapter.capitalize()}\n"
        for each in those:
            yield from _indicator(each)


def _indicator(each: Indicator) -> Iterator[str]:
    yield f"### `{each.code}`\n"
    yield "| | | |\n|---|---|---|"
    languages: tuple[Language, ...] = get_args(Language)
    for language in languages:
        yield f"| {language.upper()} | {each.label.in_(language)} | {each.definition.in_(language)} |"
    yield f"\n{_KINDS[each.kind].capitalize()}; {'; '.join(_about(each))}.\n"


def _about(each: Indicator) -> Iterator[str]:
    for what, means in (("city", each.city), ("partner", each.partner), ("sector", each.sector)):
        yield f"{what}: {means or 'none'}"
    if each.month == "receipt":
        yield "in the month of the receipt"
    if each.denominator:
        yield f"a part of `{each.denominator}`"
    yield "protected" if each.protected else "not protected"


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
