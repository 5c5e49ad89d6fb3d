"""The report's words: gettext catalogues compiled in memory, plurals and numbers."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from shared.texts import LOCALES, Language

_HERE = Path(__file__).parent


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
    return format_decimal(n, locale=LOCALES[language])


def counted(language: Language, n: int, one: str, many: str) -> str:
    """A number with its noun, in the right plural; `one` and `many` contain `{n}`."""
    return str(translations(language).ngettext(one, many, n)).format(n=number(language, n))


def reason(language: Language, code: str) -> str:
    """A reason for people: `code`, or `category/code` as "category: code"; an unknown code as it is."""
    colon = "\u00a0: " if language == "fr" else ": "
    return colon.join(str(translations(language).pgettext("reason", part)) for part in code.split("/"))
