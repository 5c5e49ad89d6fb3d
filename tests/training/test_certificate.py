"""Who attended holds a certificate in his language, and anybody can check it."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import pytest
import typst
import zxingcpp
from PIL import Image
from pydantic import ValidationError
from pypdf import PdfReader

from services.training.documents import certificate as certificates
from services.training.documents.certificate import Certificate, check_page, pdf
from shared.i18n.text import Language, municipality

LANGUAGES: tuple[Language, ...] = get_args(Language)
CODE = "q3Zt8dW0bXn5yKf2Lr7cVA"


def certificate(**changes: Any) -> Certificate:
    fields = {
        "code": CODE,
        "holder": "Zoë Van den Bossche",
        "title": "Intrafamiliaal geweld: signalen herkennen",
        "kind": "basic",
        "days": (date(2026, 3, 10), date(2026, 3, 3)),
        "city": "Oostende",
        "organiser": "CAW Noord-West-Vlaanderen",
        "hours": 7.5,
        "language": "nl",
        "check_url": f"https://carrousel.example/certificates/{CODE}",
    }
    return Certificate.model_validate(fields | changes)


def printed(of: Certificate) -> str:
    read = PdfReader(BytesIO(pdf(of)))
    assert len(read.pages) == 1
    return " ".join(read.pages[0].extract_text().split())


SAID = {
    "nl": ("Attest van deelname", "bevestigt dat", "op de basisvorming", "3 maart 2026 en 10 maart 2026", "7,5 uur"),
    "fr": ("Attestation de participation", "atteste que", "la formation de base", "3 mars 2026 et 10 mars", "7,5 h"),
    "en": ("Certificate of attendance", "certifies that", "the basic training", "3 March 2026 and 10 March", "7.5 h"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_certificate_says_who_attended_what_and_when_in_the_language_of_its_holder(language: Language) -> None:
    text = printed(certificate(language=language))
    said = ["Zoë Van den Bossche", "signalen herkennen", "CAW Noord-West-Vlaanderen", CODE]
    said += [*SAID[language], municipality(language, "Oostende")]
    assert [each for each in said if each not in text] == []


def test_an_in_depth_training_of_one_day_online_says_so_and_no_more() -> None:
    text = printed(certificate(kind="in_depth", days=(date(2026, 3, 3),), city="", hours=None))
    assert "verdiepende vorming" in text
    assert "Datum 3 maart 2026" in text
    assert "Plaats" not in text
    assert "Duur" not in text


@pytest.mark.parametrize("address", ["https://carrousel.example", "http://127.0.0.1:8103", "https://a.be/" + "x" * 150])
def test_the_code_on_the_certificate_is_read_back_as_the_address_of_its_check(address: str) -> None:
    of = certificate(check_url=f"{address}/certificates/{CODE}")
    template = Path(certificates.__path__[0]) / "certificate.typ"
    page = {"page": json.dumps(certificates._printed(of))}
    picture = typst.compile(str(template), format="png", ppi=100.0, ignore_system_fonts=True, sys_inputs=page)
    assert isinstance(picture, bytes)
    [read] = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    assert read.text == of.check_url


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_names_and_a_series_of_twelve_days_still_fit_on_one_page(language: Language) -> None:
    days = tuple(date(2026, month, 28) for month in range(1, 13))
    text = printed(
        certificate(
            language=language, holder="Œdipe " * 33, title="Een lange titel " * 10, organiser="CAW " * 40, days=days
        )
    )
    assert text.count("Œdipe") == 33
    assert text.count("2026") == 12


def test_markup_in_a_name_is_printed_and_not_obeyed() -> None:
    name = '#panic("x") *<b>$ \\ "'
    assert name in printed(certificate(holder=name))


def test_the_same_certificate_made_twice_is_the_same_file() -> None:
    assert pdf(certificate()) == pdf(certificate())


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "short", "check_url": "https://carrousel.example/certificates/short"},
        {"check_url": f"https://carrousel.example/certificates/{CODE}x"},
        {"check_url": f"javascript:alert(1)//{CODE}"},
        {"days": ()},
        {"holder": ""},
        {"hours": 0},
    ],
)
def test_a_certificate_that_nobody_could_check_or_that_says_nothing_is_not_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        certificate(**wrong)


def test_a_certificate_in_a_log_shows_neither_holder_nor_code() -> None:
    assert "Zoë" not in repr(certificate())
    assert CODE not in repr(certificate())


ANSWERS = {
    "nl": ("Dit attest is geldig.", "Dit attest is niet geldig."),
    "fr": ("Cette attestation est valable.", "Cette attestation n’est pas valable."),
    "en": ("This certificate is valid.", "This certificate is not valid."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_page_says_valid_or_not_and_asks_nothing_of_another_host(language: Language) -> None:
    valid, not_valid = (check_page(each, language) for each in (True, False))
    assert f"<h1>{ANSWERS[language][0]}</h1>" in valid
    assert f"<h1>{ANSWERS[language][1]}</h1>" in not_valid
    for page in (valid, not_valid):
        assert f'<html lang="{language}">' in page
        assert "://" not in page
        assert "noindex" in page
