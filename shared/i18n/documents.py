"""Renders documents: HTML by Jinja, PDF by Typst. Words and numbers arrive formatted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def html(template: Path, values: Mapping[str, object]) -> str:
    """One HTML document; whatever is in the values is escaped, and a value that lacks is an error."""
    return _template(template).render(values)


def pdf(template: Path, values: Mapping[str, object]) -> bytes:
    """One PDF of JSON values; blocks for about a tenth of a second, so call it in a thread."""
    return typst.compile(
        str(template), format="pdf", ignore_system_fonts=True, sys_inputs={"page": json.dumps(dict(values))}
    )


@lru_cache
def _template(path: Path) -> Template:
    environment = Environment(
        loader=FileSystemLoader(path.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(path.name)
