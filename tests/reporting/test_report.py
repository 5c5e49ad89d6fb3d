"""The first report states the figures in Dutch, French and English."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import get_args

import pytest
from pypdf import PdfReader

from services.reporting.indicators import catalogue
from services.reporting.reading import Figure
from services.reporting.report import Contact, Project, render_html, render_pdf, texts
from shared.terms import terms
from shared.texts import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
PROJECT = Project(
    title={"fr": "Groupe d'aides volontaires à la prévention des violences intrafamiliales"},
    coordinating_municipality="Oostende",
    participating_municipalities=("Brugge",),
    contacts=(
        Contact(service={"fr": "Service Prévention et Cohabitation - Ville de Bruges"}, email="preventie@brugge.be"),
        Contact(service={"fr": "Service Sécurité - Ville d'Ostende"}, email="veiligheid@oostende.be"),
    ),
    duration_years=2,
)
VALUES = {
    "referrals_received": 23,
    "referring_persons": 12,
    "referring_organisations": 8,
    "intakes_held": 19,
    "accepted": 11,
    "not_eligible": 4,
    "not_suitable": 2,
    "withdrawn": 5,
    "on_hold": 1,
    "days_to_intake": 19,
}
REASONS = {
    "not_eligible": {"language": 3, "acute_addiction": 1},
    "not_suitable": {"unreachable": 2},
    "withdrawn": {"practical/transport": 2, "practical/no_group_running": 1, "motivation/motivation_faded": 2},
}


EVERY_REASON = {
    "not_eligible": [
        "language",
        "denial",
        "acute_addiction",
        "acute_psychiatry",
        "cognitive",
        "judicial_measure",
        "unsafe",
    ],
    "not_suitable": ["no_request_for_help", "motivation_faded", "unreachable", "other_help"],
    "withdrawn": [
        *(
            f"practical/{code}"
            for code in ("hours", "transport", "work", "childcare", "waiting_time", "no_group_running")
        ),
        *(f"personal/{code}" for code in ("illness", "moved", "detention")),
        *(f"motivation/{code}" for code in ("no_request_for_help", "motivation_faded", "unreachable")),
        "elsewhere/other_help",
    ],
}


def figures(values: Mapping[str, int] = VALUES) -> list[Figure]:
    return [
        Figure(
            code=each.code,
            kind=each.kind,
            label=each.label,
            definition=each.definition,
            city_means=each.city,
            chapter=each.chapter,
            partner_means=each.partner,
            sector_means=each.sector,
            by_sector={},
            by_city={},
            by_partner={},
            by_month={},
            protected=each.protected,
            value=values[each.code],
            by_reason=REASONS.get(each.code, {}) if values[each.code] else {},
            denominator_code=each.denominator,
            denominator=values[each.denominator] if each.denominator else None,
            median=13 if each.kind == "days" and values[each.code] else None,
            p90=1234 if each.kind == "days" and values[each.code] else None,
        )
        for each in catalogue()
        if each.code in values
    ]


def pdf_text(language: Language, project: Project = PROJECT, values: Mapping[str, int] = VALUES) -> str:
    read = PdfReader(BytesIO(render_pdf(language, project, figures(values))))
    assert len(read.pages) == 1
    return " ".join(read.pages[0].extract_text().split())


STATED = {
    "nl": (
        "23 aanmeldingen door 12 verschillende verwijzers uit 8 organisaties.",
        "van 19 intakegesprekken",
        "Praktisch: Vervoer 2",
        "negen op de tien binnen 1.234 dagen",
        "Alleen voor coördinatoren",
        "volledig doorlopen trajecten · vormingen · netwerkevents",
        "Oostende Brugge 2 jaar",
    ),
    "fr": (
        "23 signalements par 12 référents différents de 8 organisations.",
        "sur 19 entretiens préalables",
        "Pratique : Transport 2",
        "la moitié en 13 jours",
        "Réservé aux coordinateurs",
        "parcours complets · formations · événements de réseau",
        "Ostende Bruges 2 ans",
    ),
    "en": (
        "23 referrals by 12 different referrers from 8 organisations.",
        "of 19 intakes",
        "Practical: Transport 2",
        "nine in ten within 1,234 days",
        "For coordinators only",
        "group programmes completed · trainings · network events",
        "Ostend Bruges 2 years",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_page_states_every_figure(language: Language, form: str) -> None:
    html = render_html(language, PROJECT, figures())
    text = html if form == "html" else pdf_text(language)
    for figure in figures():
        assert figure.label.in_(language) in text.replace("&#39;", "'")
    if form == "pdf":
        assert [sentence for sentence in STATED[language] if sentence not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_lacking_in_the_language_prints_the_one_there_is(language: Language) -> None:
    assert "Groupe d'aides volontaires" in pdf_text(language)
    assert '<h1 lang="fr">' in render_html(language, PROJECT, figures())


def test_one_of_something_is_singular() -> None:
    one = dict.fromkeys(VALUES, 1)
    assert "1 aanmelding door 1 verwijzer uit 1 organisatie." in pdf_text("nl", values=one)
    assert "1 signalement par 1 référent de 1 organisation." in pdf_text("fr", values=one)
    assert "1 referral by 1 referrer from 1 organisation." in pdf_text("en", values=one)


def test_none_of_something_is_singular_in_french_only() -> None:
    none = dict.fromkeys(VALUES, 0)
    assert "0 signalement par 0 référent" in pdf_text("fr", values=none)
    assert "0 aanmeldingen door 0 verschillende verwijzers" in pdf_text("nl", values=none)


def test_an_unknown_municipality_keeps_its_name() -> None:
    other = PROJECT.model_copy(update={"coordinating_municipality": "Knokke-Heist", "participating_municipalities": ()})
    assert "Knokke-Heist" in pdf_text("fr", other)


def test_markup_in_a_text_is_printed_and_not_obeyed() -> None:
    title = '<b>#panic("x")</b> "*$'
    odd = PROJECT.model_copy(update={"title": {"nl": title}})
    assert title in pdf_text("nl", odd)
    assert "<b>#panic" not in render_html("nl", odd, figures())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_and_still_fits_on_one_page(language: Language) -> None:
    full = [
        each.model_copy(update={"by_reason": dict.fromkeys(EVERY_REASON.get(each.code, ()), 12)}) for each in figures()
    ]
    read = PdfReader(BytesIO(render_pdf(language, PROJECT, full)))
    assert len(read.pages) == 1
    assert "_" not in read.pages[0].extract_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_a_reason_in_the_words_of_the_programme(language: Language) -> None:
    for category in terms().reasons.values():
        if {"not_eligible", "not_suitable", "withdrawn"} & set(category.used_for):
            for code, words in category.codes.items():
                assert texts.reason(language, code) == words.in_(language)
