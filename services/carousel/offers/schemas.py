"""What a request about an offer carries."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from services.carousel.values import Module
from shared.domain.bounds import PRINTABLE
from shared.domain.messages import Dated
from shared.i18n.code_lists import Id
from shared.i18n.text import LOCALES, Language


def _worded(module: Module) -> Module:
    """Its title is told in every language of the project, and can be printed."""
    if module.title.keys() != LOCALES.keys():
        raise ValueError("a title in each language")
    if not all(title.strip() and re.fullmatch(PRINTABLE, title) for title in module.title.values()):
        raise ValueError("a title of printable characters")
    return module


class NewOffer(Dated):
    """An offer, or its next version."""

    offer_id: Id
    language: Language
    modules: Annotated[tuple[Annotated[Module, AfterValidator(_worded)], ...], Field(min_length=1, max_length=24)]
