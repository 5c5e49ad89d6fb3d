"""The first report in Dutch, French or English, as HTML and as PDF: a page of results, and how each is counted."""

from __future__ import annotations

from pathlib import Path

from services.reporting.project import Project
from services.reporting.report.page import Results, page
from shared.i18n import documents
from shared.i18n.text import Language

_HERE = Path(__file__).parent


def render_html(language: Language, project: Project, results: Results) -> str:
    """The report as one HTML document that needs nothing else."""
    return documents.html(_HERE / "report.html", page(language, project, results))


def render_pdf(language: Language, project: Project, results: Results) -> bytes:
    """The report on two A4; blocks, so call it in a thread."""
    return documents.pdf(_HERE / "report.typ", page(language, project, results))
