"""The certificate of one who attended, as PDF, and the page that says whether a certificate is valid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import segno
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from pydantic import Field, model_validator

from services.training.translations import translations
from shared.contracts.training import Kind
from shared.domain.messages import Message
from shared.i18n import documents
from shared.i18n.printable import shown
from shared.i18n.text import LOCALES, Language, municipality

_HERE = Path(__file__).parent


class Certificate(Message):
    """What is printed. `code` is unguessable and ends `check_url`, where anybody may ask whether it is valid."""

    code: str = Field(pattern=r"^[A-Za-z0-9_-]{22,}$", repr=False)
    holder: str = Field(min_length=1, repr=False)
    title: str
    kind: Kind
    days: tuple[date, ...] = Field(min_length=1)
    city: str
    organiser: str
    hours: float | None = Field(gt=0)
    language: Language
    check_url: str = Field(pattern=r"^https?://[!-~]+$", repr=False)

    @model_validator(mode="after")
    def _checkable(self) -> Certificate:
        if not self.check_url.endswith(f"/{self.code}"):
            raise ValueError("It would be checked by another code")
        return self


def pdf(certificate: Certificate) -> bytes:
    """The certificate on one A4 in its holder's language; blocks, so call it in a thread."""
    return documents.pdf(_HERE / "certificate.typ", _printed(certificate))


def check_page(valid: bool, language: Language, *, of_name: bool = False) -> str:  # noqa: FBT001 - it is the answer
    """An HTML page that says valid or not, and nothing more; `of_name` when the name on it was asked for too."""
    words = _words(language)
    answer = words[("valid" if valid else "not_valid") + ("_for_name" if of_name else "")]
    page = words | {"answer": answer, "language": language, "valid": valid, "asks": valid or of_name}
    return documents.html(_HERE / "check.html", page)


def _printed(certificate: Certificate) -> dict[str, object]:
    words = _words(certificate.language)
    return {
        "language": certificate.language,
        "heading": words["heading"],
        "organiser": shown(certificate.organiser),
        "certifies": words["certifies"],
        "holder": shown(certificate.holder),
        "attended": words[f"attended_{certificate.kind}"],
        "title": shown(certificate.title),
        "fields": _fields(certificate, words),
        "check": words["check"],
        "check_url": certificate.check_url,
        "qr": segno.make(certificate.check_url, error="m", micro=False).svg_inline(border=4, light="#fff"),
    }


def _fields(certificate: Certificate, words: Mapping[str, str]) -> list[tuple[str, str]]:
    locale = LOCALES[certificate.language]
    days = [format_date(day, "long", locale) for day in sorted(set(certificate.days))]
    fields = [(words["day" if len(days) == 1 else "days"], format_list(days, locale=locale))]
    if certificate.city:
        fields.append((words["place"], municipality(certificate.language, certificate.city)))
    if certificate.hours is not None:
        hours = format_decimal(certificate.hours, locale=locale)
        fields.append((words["duration"], words["hours"].format(n=hours)))
    return fields


def _words(language: Language) -> dict[str, str]:
    return {code: text.in_(language) for code, text in translations().certificate.items()}
