"""The first report, one page in Dutch, French or English, as HTML and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.reporting.reading import Figure
from services.reporting.report.page import Contact, Project, page
from shared import layout
from shared.texts import Language

__all__ = ["Contact", "Project", "render_html", "render_pdf"]
_HERE = Path(__file__).parent


def render_html(language: Language, project: Project, figures: Sequence[Figure]) -> str:
    """The report as one HTML document that needs nothing else."""
    return layout.html(_HERE / "report.html", page(language, project, figures))


def render_pdf(language: Language, project: Project, figures: Sequence[Figure]) -> bytes:
    """The report on one A4; blocks, so call it in a thread."""
    return layout.pdf(_HERE / "report.typ", page(language, project, figures))
