"""The report's words: gettext catalogues compiled in memory, plurals, numbers and municipality names."""

from __future__ import annotations

import json
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from shared.texts import Language

_HERE = Path(__file__).parent
_LOCALES = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB"}


@lru_cache(maxsize=3)
def translations(language: Language) -> Translations:
    """The texts of one language; a text it lacks comes out in English."""
    compiled = BytesIO()
    with (_HERE / "locale" / f"{language}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def number(language: Language, n: int) -> str:
    """A whole number as that language writes it in Belgium, e.g. `1.234` in Dutch."""
    return format_decimal(n, locale=_LOCALES[language])


def counted(language: Language, n: int, one: str, many: str) -> str:
    """A number with its noun, in the right plural; `one` and `many` contain `{n}`."""
    return str(translations(language).ngettext(one, many, n)).format(n=number(language, n))


def reason(language: Language, code: str) -> str:
    """A reason for people: `code`, or `category/code` as "category: code"; an unknown code as it is."""
    colon = "\u00a0: " if language == "fr" else ": "
    return colon.join(str(translations(language).pgettext("reason", part)) for part in code.split("/"))


def municipality(language: Language, name: str) -> str:
    """Its name in that language; a municipality we do not know keeps the name it was given."""
    return _municipalities().get(name, {}).get(language, name)


@lru_cache(maxsize=1)
def _municipalities() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads((_HERE / "municipalities.json").read_text(encoding="utf-8"))
    return known
