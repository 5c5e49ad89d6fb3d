"""The certificate of one who attended, as PDF, and the page that says whether a certificate is valid."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import segno
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from pydantic import Field, model_validator

from shared.contracts.training import Kind
from shared.domain.messages import Message
from shared.i18n import documents
from shared.i18n.text import LOCALES, Language, Text, municipality

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


class Words(Message):
    """Every word of the certificate and its check page."""

    heading: Text
    certifies: Text
    attended: dict[Kind, Text]
    day: Text
    days: Text
    place: Text
    duration: Text
    hours: Text
    check: Text
    valid: Text
    not_valid: Text
    valid_for_name: Text
    not_valid_for_name: Text
    ask_name: Text
    name: Text
    check_name: Text


def pdf(certificate: Certificate) -> bytes:
    """The certificate on one A4 in its holder's language; blocks, so call it in a thread."""
    return documents.pdf(_HERE / "certificate.typ", _printed(certificate))


def check_page(valid: bool, language: Language, *, of_name: bool = False) -> str:  # noqa: FBT001 - it is the answer
    """An HTML page that says valid or not, and nothing more; `of_name` when the name on it was asked for too."""
    words = _words()
    of_code, of_both = (words.valid, words.valid_for_name) if valid else (words.not_valid, words.not_valid_for_name)
    said = {
        "heading": words.heading,
        "answer": of_both if of_name else of_code,
        "ask_name": words.ask_name,
        "name": words.name,
        "check_name": words.check_name,
    }
    texts = {name: text.in_(language) for name, text in said.items()}
    return documents.html(
        _HERE / "check.html", texts | {"language": language, "valid": valid, "asks": valid or of_name}
    )


def _printed(certificate: Certificate) -> dict[str, object]:
    words, language = _words(), certificate.language
    return {
        "language": language,
        "heading": words.heading.in_(language),
        "organiser": certificate.organiser,
        "certifies": words.certifies.in_(language),
        "holder": certificate.holder,
        "attended": words.attended[certificate.kind].in_(language),
        "title": certificate.title,
        "fields": _fields(certificate),
        "check": words.check.in_(language),
        "check_url": certificate.check_url,
        "qr": segno.make(certificate.check_url, error="m", micro=False).svg_inline(border=4, light="#fff"),
    }


def _fields(certificate: Certificate) -> list[tuple[str, str]]:
    words, language = _words(), certificate.language
    locale = LOCALES[language]
    days = [format_date(day, "long", locale) for day in sorted(set(certificate.days))]
    fields = [((words.day if len(days) == 1 else words.days).in_(language), format_list(days, locale=locale))]
    if certificate.city:
        fields.append((words.place.in_(language), municipality(language, certificate.city)))
    if certificate.hours is not None:
        hours = format_decimal(certificate.hours, locale=locale)
        fields.append((words.duration.in_(language), words.hours.in_(language).format(n=hours)))
    return fields


@lru_cache(maxsize=1)
def _words() -> Words:
    return Words.model_validate_json((_HERE / "words.json").read_bytes())
