"""The first report, one page in Dutch, French or English, as HTML and as PDF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from services.reporting.figures import Figure
from services.reporting.indicators import Language
from services.reporting.report.page import Contact, Project, page

__all__ = ["Contact", "Project", "render_html", "render_pdf"]
_HERE = Path(__file__).parent


def render_html(language: Language, project: Project, figures: Sequence[Figure]) -> str:
    """The report as one HTML document that needs nothing else."""
    return _template().render(page(language, project, figures))


def render_pdf(language: Language, project: Project, figures: Sequence[Figure]) -> bytes:
    """The report on one A4; takes about half a second of processor, so call it in a thread."""
    compiled = typst.compile(
        str(_HERE / "report.typ"),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(page(language, project, figures))},
    )
    return cast("bytes", compiled)  # a list for PNG and SVG only


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html")
