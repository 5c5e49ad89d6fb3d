"""What the audit found, in words: which cell, who could compute what, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from services.reporting.metrics.catalogue import catalogue
from services.reporting.releases.plan import Tightening, plan
from services.reporting.releases.values import Computed, HeldBack
from services.reporting.translations import translations
from shared.contracts.released import Period
from shared.i18n.code_lists import terms
from shared.i18n.text import Language, Text, municipality


def said(computed: Computed) -> Text:
    """In each language, such as: welfare x completed, 2025: an insider could compute 2 to 3."""
    return _in_each(lambda language: _said(computed, language))


def why(held: HeldBack) -> Text:
    """Why a table is not printed."""
    return said(held.computed) if held.computed else translations().releases["nothing"]


def mended_by(tightening: Tightening | None) -> Text:
    """What mends it: sector groups taken together, or waiting."""
    if tightening is None or not tightening.merged:
        return translations().releases["wait"]
    return _in_each(
        lambda language: _word("merge", language).format(groups=key_word("+".join(tightening.merged[-1]), language))
    )


def cell_words(computed: Computed) -> Text:
    """In each language, such as: welfare x completed."""
    return _in_each(lambda language: _cell(computed, language))


def _cell(computed: Computed, language: Language) -> str:
    return " x ".join(
        [*(key_word(key, language) for key in computed.keys), label(computed.indicator, language).lower()]
    )


def _said(computed: Computed, language: Language) -> str:
    template = "exactly" if computed.low == computed.high else "computed"
    told = _word(template, language).format(
        cell=_cell(computed, language),
        period=period_word(computed.period, language),
        who=_word(computed.attacker, language),
        low=computed.low,
        high=computed.high,
    )
    return _word("since", language).format(said=told, number=computed.since) if computed.since else told


def label(indicator: str, language: Language) -> str:
    """The name of an indicator; one that is no longer counted keeps its code."""
    found = next((each.label for each in catalogue() if each.code == indicator), None)
    return found.in_(language) if found else indicator


def key_word(key: str, language: Language) -> str:
    """The name of a sector, a group of sectors, a category of reasons or a municipality."""
    if key in _key_words() or "+" in key:
        words = _key_words()
        return " + ".join(words[each].in_(language) if each in words else each for each in key.split("+"))
    return municipality(language, key)


@lru_cache
def _key_words() -> dict[str, Text]:
    reasons = {category: each.label for category, each in terms().reasons.items()}
    return {**terms().sectors, **reasons, **plan().labels()}


def period_word(period: Period, language: Language) -> str:
    """A year, or the whole project."""
    return str(period.since.year) if period.kind == "year" else _word("project", language)


def _word(name: str, language: Language) -> str:
    return translations().releases[name].in_(language)


def _in_each(say: Callable[[Language], str]) -> Text:
    return Text(nl=say("nl"), fr=say("fr"), en=say("en"))
