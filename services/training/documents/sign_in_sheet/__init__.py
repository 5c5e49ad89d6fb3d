"""The sheet that those present sign, on paper: one for each day of a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from babel.dates import format_date

from services.training.queries.trainings import Training
from services.training.translations import translations
from services.training.values import TimeSlot
from shared.i18n import documents
from shared.i18n.printable import shown
from shared.i18n.text import LOCALES, Language, municipality

_TEMPLATE = Path(__file__).with_name("sign_in_sheet.typ")
_EMPTY_LINES = 5
_COLUMNS = ("name", "organisation", "function", "signature")


def pdf(training: Training, rows: Sequence[Sequence[str]], language: Language) -> bytes:
    """`rows` are name, organisation and function; blocks, so call it in a thread."""
    words = translations()
    return documents.pdf(
        _TEMPLATE,
        {
            "language": language,
            "heading": words.sign_in_sheet.in_(language),
            "kind": words.kinds[training.kind].in_(language),
            "title": shown(training.title),
            "days": [_where_and_when(training, day, language) for day in training.days],
            "columns": [words.columns[code].in_(language) for code in _COLUMNS],
            "rows": [*([shown(cell) for cell in row] for row in rows), *[["", "", ""]] * _EMPTY_LINES],
        },
    )


def _where_and_when(training: Training, day: TimeSlot, language: Language) -> str:
    on = format_date(day.on, "full", LOCALES[language])
    place = translations().online.in_(language) if training.online else training.place
    city = "" if training.online else f", {municipality(language, training.city)}"
    return shown(f"{on}, {day.begins:%H:%M} – {day.ends:%H:%M} · {place}{city}")
