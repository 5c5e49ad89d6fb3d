"""The first report, one page in Dutch, French or English, as HTML and as PDF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from services.reporting.figures import Figure
from services.reporting.report.page import Contact, Project, page
from shared.texts import Language

__all__ = ["Contact", "Project", "render_html", "render_pdf"]
_HERE = Path(__file__).parent


def render_html(language: Language, project: Project, figures: Sequence[Figure]) -> str:
    """The report as one HTML document that needs nothing else."""
    return _template().render(page(language, project, figures))


def render_pdf(language: Language, project: Project, figures: Sequence[Figure]) -> bytes:
    """The report on one A4; blocks for about a tenth of a second, so call it in a thread."""
    return typst.compile(
        str(_HERE / "report.typ"),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(page(language, project, figures))},
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html")
