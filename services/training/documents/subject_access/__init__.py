"""What is held on somebody, as a page that he can read, keep and print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from babel.dates import format_date, format_datetime

from services.training.personal_data.export import Export
from services.training.queries.network_events import Attended
from services.training.queries.registrations import Participation
from services.training.translations import translations
from shared.domain.clock import BELGIUM
from shared.i18n import documents
from shared.i18n.code_lists import terms
from shared.i18n.text import LOCALES, Language, municipality

_TEMPLATE = Path(__file__).with_name("page.html")
_Rows = list[tuple[str, str]]


def page(export: Export, language: Language) -> str:
    """One HTML page, in the words of the programme."""
    words = {code: text.in_(language) for code, text in translations().subject_access.items()}
    return documents.html(
        _TEMPLATE,
        {
            "language": language,
            "words": words,
            "person": export.person,
            "made_at": _moment(export.made_at, language),
            "names": [(each.of, each.name, each.email or "") for each in export.names],
            "trainings": [_training(each, words, language) for each in export.registrations],
            "events": [_event(each, words, language) for each in export.network_events],
            "trains": export.trains,
            "looks": [(_moment(each.at, language), each.by, each.why) for each in export.looks],
        },
    )


def _training(of: Participation, words: dict[str, str], language: Language) -> tuple[str, _Rows]:
    said = translations()
    certificates = [
        _day(each.issued_on, language) + (f" ({words['revoked']})" if each.revoked_on else "")
        for each in of.certificates
    ]
    rows = [
        ("days", _days(of.on, language)),
        ("city", municipality(language, of.city)),
        ("status", said.registration_statuses[of.status].in_(language)),
        ("told_on", _day(of.told_on, language)),
        ("present", "" if of.present is None else (said.yes if of.present else said.no).in_(language)),
        ("present_on", _days(of.days or [], language)),
        *_work(of, language),
        ("certificates", ", ".join(certificates)),
        ("asked", (said.yes if of.asked else said.no).in_(language)),
    ]
    return of.title, [(words[code], value) for code, value in rows if value]


def _event(of: Attended, words: dict[str, str], language: Language) -> tuple[str, _Rows]:
    rows = [
        ("days", _day(of.on, language)),
        ("city", municipality(language, of.city)),
        ("speaks", translations().yes.in_(language) if of.speaks else ""),
        ("told_on", _day(of.told_on, language)),
        *_work(of, language),
    ]
    return of.title, [(words[code], value) for code, value in rows if value]


def _work(of: Participation | Attended, language: Language) -> _Rows:
    name = of.organisation_name if isinstance(of, Participation) else of.organisation
    sector = terms().sectors[of.sector].in_(language) if of.sector else ""
    function = translations().functions[of.function].in_(language) if of.function else ""
    return [("organisation", name or ""), ("sector", sector), ("function", function), ("language", of.language or "")]


def _day(day: date | None, language: Language) -> str:
    return format_date(day, "long", LOCALES[language]) if day else ""


def _days(days: Sequence[date], language: Language) -> str:
    return ", ".join(_day(day, language) for day in days)


def _moment(at: datetime, language: Language) -> str:
    return format_datetime(at, "medium", BELGIUM, LOCALES[language])
