"""The report's words: gettext catalogues compiled in memory, plurals, numbers and dates as Belgium writes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from services.reporting.metrics.catalogue import Unit
from services.reporting.queries.period import Period
from shared.i18n.code_lists import terms
from shared.i18n.text import LOCALES, Language, Text, municipality

_HERE = Path(__file__).parent


@lru_cache(maxsize=3)
def gettext_of(language: Language) -> Translations:
    """The texts of one language; a text it lacks comes out in English."""
    compiled = BytesIO()
    with (_HERE / "locale" / f"{language}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def number(language: Language, n: int) -> str:
    """A whole number as that language writes it in Belgium, e.g. `1.234` in Dutch."""
    return format_decimal(n, locale=LOCALES[language])


def mean(language: Language, n: float) -> str:
    """A mean with one decimal or two, e.g. `8,5` in Dutch."""
    return format_decimal(n, format="0.0#", locale=LOCALES[language])


def share(language: Language, n: int, whole: int) -> str:
    """What part of the whole, in whole percents."""
    return format_percent(n / whole, locale=LOCALES[language])


def counted(language: Language, n: int, one: str, many: str) -> str:
    """A number with its noun, in the right plural; `one` and `many` contain `{n}`."""
    return str(gettext_of(language).ngettext(one, many, n)).format(n=number(language, n))


def measured(language: Language, n: int, unit: Unit) -> str:
    """A number of the unit of an indicator, in the right plural."""
    plural = Locale.parse(LOCALES[language]).plural_form(n)
    words = unit.one if plural == "one" else unit.many
    return words.in_(language).format(n=number(language, n))


def days(language: Language, n: int | None) -> str:
    """A number of days; a dash when nothing was measured."""
    return "–" if n is None else counted(language, n, "{n} day", "{n} days")


def band(language: Language, code: str) -> str:
    """A band of days, of its code `1-30`."""
    first, last = code.split("-")
    return f"{first}–{days(language, int(last))}"


def period(language: Language, of: Period) -> str:
    """From month to month, or from day to day where a month of it is not whole; or the one month or day."""
    form = "MMMM y" if of.whole_months else "d MMMM y"
    named = dict.fromkeys(format_date(each, form, locale=LOCALES[language]) for each in of)
    return " – ".join(named)


def listed(language: Language, items: Sequence[str]) -> str:
    """The items in one phrase, e.g. `Brugge en Oostende`."""
    return format_list(items, locale=LOCALES[language])


def clauses(language: Language, parts: Sequence[str]) -> str:
    """Several statements, one after another."""
    return ("\u00a0; " if language == "fr" else "; ").join(parts)


def reason(language: Language, code: str) -> str:
    """A reason, sector, kind or city for people; `category/code` as "category: code", an unknown code as it is."""
    colon = "\u00a0: " if language == "fr" else ": "
    return colon.join(_word(language, part) for part in code.split("/"))


def _word(language: Language, code: str) -> str:
    if code in _words():
        return _words()[code].in_(language)
    return municipality(language, str(gettext_of(language).pgettext("reason", code)))


@lru_cache(maxsize=1)
def _words() -> dict[str, Text]:
    lists = terms()
    categories = {code: category.label for code, category in lists.reasons.items()}
    codes = {code: words for category in lists.reasons.values() for code, words in category.codes.items()}
    return {**lists.sectors, **categories, **codes}
