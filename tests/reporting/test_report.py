"""The first report states the figures of the programme in Dutch, French and English."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import get_args

import asyncpg
import pytest
from babel.messages.pofile import read_po
from pypdf import PdfReader

from deploy.local.figures import checked
from deploy.local.project import described
from services.reporting.consumers import apply
from services.reporting.metrics.catalogue import catalogue
from services.reporting.project import Project
from services.reporting.queries.figures import Counts, Figure, figure_of, find_figures
from services.reporting.queries.partners import find_partners
from services.reporting.queries.period import Period
from services.reporting.report import texts
from services.reporting.report.page import Results
from services.reporting.report.render import render_html, render_pdf
from shared.i18n.code_lists import reasons_for
from shared.i18n.text import Language
from tests.reporting.programme import FILE, SINCE, UNTIL, two_years
from tests.reporting.published import in_envelopes
from tests.reporting.receiving import SCHEMA

LANGUAGES: tuple[Language, ...] = get_args(Language)
PROJECT = Project.model_validate(described(checked(FILE)))
TITLES = PROJECT.title
STATED: dict[Language, tuple[str, ...]] = {
    "nl": (
        "23 Aanmeldingen door 12 verschillende verwijzers uit 8 organisaties",
        "7 Volledig doorlopen van 9 mensen die startten",
        "4 Rondes 24 sessies, 6 sessies per ronde",
        "32 Vormingen 27 basisvormingen en 5 verdiepende vormingen",
        "514 Deelnames aan vormingen 470 verschillende mensen op naam",
        "2 Netwerkevents 241 aanwezigen, in Brugge en Oostende",
        "Stuurgroep: 9 partners",
        "Eerstelijnszone Oostende-Bredene, nu Eerstelijnszone Middenkust",
        "januari 2024 – december 2025",
        "Onze vertaling. Oorspronkelijke titel: Groupe d’aides volontaires",
        "Alleen voor coördinatoren",
    ),
    "fr": (
        "23 Signalements par 12 référents différents de 8 organisations",
        "7 Parcours complets sur 9 personnes ayant commencé",
        "4 Tours 24 sessions, 6 sessions par tour",
        "32 Formations 27 formations de base et 5 formations approfondies",
        "514 Participations aux formations 470 personnes différentes, par leur nom",
        "2 Événements de réseau 241 personnes présentes, à Bruges et Ostende",
        "Groupe de pilotage : 9 partenaires",
        "Eerstelijnszone Oostende-Bredene, aujourd’hui Eerstelijnszone Middenkust",
        "janvier 2024 – décembre 2025",
        "Réservé aux coordinateurs",
    ),
    "en": (
        "23 Referrals received by 12 different referrers from 8 organisations",
        "7 Completed of 9 people who started",
        "4 Cycles held 24 sessions, 6 sessions per cycle",
        "32 Trainings held 27 basic trainings and 5 in-depth trainings",
        "514 Training participations 470 different people by name",
        "2 Network events 241 people present, in Bruges and Ostend",
        "Steering group: 9 partners",
        "Eerstelijnszone Oostende-Bredene, now Eerstelijnszone Middenkust",
        "January 2024 – December 2025",
        "Our translation. Original title: Groupe d’aides volontaires",
        "For coordinators only",
    ),
}


@pytest.fixture
async def results(pool: asyncpg.Pool[asyncpg.Record]) -> Results:
    """What two years of the project come to."""
    async with pool.acquire() as connection:
        await connection.execute(SCHEMA)
        await apply(connection, in_envelopes(two_years()))
        found = await find_figures(connection, Period(SINCE, UNTIL))
        return Results(SINCE, UNTIL, found, await find_partners(connection, Period(SINCE, UNTIL), date(2026, 1, 5)))


def blank(change: Callable[[Figure], dict[str, object]] = lambda _: {}) -> Results:
    """A report on nothing, but for what `change` gives a figure."""
    figures = [figure_of(each, defaultdict(Counts)) for each in catalogue()]
    return Results(SINCE, UNTIL, [each.model_copy(update=change(each)) for each in figures], [])


def pages(language: Language, project: Project, results: Results) -> Sequence[str]:
    read = PdfReader(BytesIO(render_pdf(language, project, results)))
    return [" ".join(page.extract_text().split()) for page in read.pages]


def web(language: Language, project: Project, results: Results) -> str:
    """What a reader of the page for the web reads."""
    words = re.sub(r"<style>.*?</style>|<[^>]*>", " ", render_html(language, project, results), flags=re.DOTALL)
    return " ".join(unescape(words).replace("'", "’").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_states_every_figure_of_the_project_and_the_others_how_each_is_counted(
    results: Results, language: Language
) -> None:
    first, *others = pages(language, PROJECT, results)
    second = " ".join(others)
    assert [text for text in expected(language) if text not in first] == []
    for figure in results.figures:
        assert figure.label.in_(language).replace("'", "’") in second
        assert figure.definition.in_(language).replace("'", "’")[:30] in second, figure.code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_the_web_states_the_same(results: Results, language: Language) -> None:
    read = web(language, PROJECT, results)
    assert [text for text in expected(language) if text not in read] == []
    assert "None" not in read


def expected(language: Language) -> list[str]:
    emails = [contact["email"] for contact in FILE["project"]["contacts"]]
    names = [partner.partition(", now ")[0] for partner in FILE["steering_group"]]
    return [TITLES[language].replace("'", "’"), *STATED[language], *emails, *names]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_calls_anybody_a_perpetrator_or_anything_safe(results: Results, language: Language) -> None:
    read = web(language, PROJECT, results).lower()
    assert not [word for word in ("dader", "auteur", "perpetrator", "offender", "hersteld", "guéri") if word in read]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_of_the_project_itself_is_no_translation(language: Language) -> None:
    own = PROJECT.model_copy(update={"translations": ()})
    assert TITLES["fr"] not in web("nl", own, blank())
    only = PROJECT.model_copy(update={"title": {"fr": TITLES["fr"]}})
    assert '<h1 lang="fr">' in render_html(language, only, blank())


def test_one_of_something_is_singular() -> None:
    one = blank(lambda each: {"value": 1, "denominator": 1, "median": 1, "p90": 1, "by_reason": one_of(each)})
    assert "1 Aanmeldingen door 1 verwijzer uit 1 organisatie" in web("nl", PROJECT, one)
    assert "sur 1 personne ayant commencé" in web("fr", PROJECT, one)
    assert "1 session, 1 session per cycle" in web("en", PROJECT, one)
    assert "1 basic training and 0 in-depth trainings" in web("en", PROJECT, one)
    assert "1 formation de base et 0 formation approfondie" in web("fr", PROJECT, one)


def test_a_number_has_its_unit_in_the_plural_of_the_language() -> None:
    def modules(n: int) -> Results:
        return blank(lambda each: {"value": 9, "median": n} if each.code == "modules_attended" else {})

    expected_words: tuple[tuple[Language, tuple[str, str, str]], ...] = (
        ("nl", ("0 modules", "1 module", "2 modules")),
        ("fr", ("0 module", "1 module", "2 modules")),
        ("en", ("0 modules", "1 module", "2 modules")),
    )
    for language, words in expected_words:
        for n, word in enumerate(words):
            assert f" {word} " in web(language, PROJECT, modules(n))


def test_waits_that_were_left_out_are_shown() -> None:
    def waits(**values: object) -> Results:
        return blank(lambda each: values if each.kind == "days" else {})

    both, none = waits(value=8, median=9, p90=12, left_out=2), waits(left_out=1)
    assert "mediaan; negen op de tien binnen 12 dagen; gemeten bij 8; niet gemeten bij 2" in web("nl", PROJECT, both)
    assert "mesuré sur 8\u00a0; non mesuré sur 2" in render_html("fr", PROJECT, both)
    assert "not measured on 1" in web("en", PROJECT, none)
    assert "not measured" not in web("en", PROJECT, blank())


def one_of(figure: Figure) -> dict[str, int]:
    return {"basic": 1} if figure.code == "trainings_held" else {}


def test_nothing_of_anything_is_singular_in_french_only_and_has_no_share() -> None:
    assert "0 Signalements par 0 référent de 0 organisation" in web("fr", PROJECT, blank())
    assert "0 Aanmeldingen door 0 verschillende verwijzers uit 0 organisaties" in web("nl", PROJECT, blank())
    assert "%" not in web("nl", PROJECT, blank())
    assert "–" in web("nl", PROJECT, blank())


def test_numbers_are_written_as_in_belgium(results: Results) -> None:
    many = blank(lambda _: {"value": 1234, "median": 5, "p90": 1500, "mean": 8.5})
    assert "1.234 Aanmeldingen" in web("nl", PROJECT, many)
    assert "8,5 / 10" in web("nl", PROJECT, many)
    assert "within 1,500 days" in web("en", PROJECT, many)
    assert "70 % de 23" in web("fr", PROJECT, results).replace("\u202f", " ")


def test_an_unknown_municipality_keeps_its_name() -> None:
    other = PROJECT.model_copy(update={"coordinating_municipality": "Knokke-Heist", "participating_municipalities": ()})
    assert "Knokke-Heist" in web("fr", other, blank())


def test_markup_in_a_text_is_printed_and_not_obeyed() -> None:
    title = '<b>#panic("x")</b> "*$'
    odd = PROJECT.model_copy(update={"title": {"nl": title}})
    assert title in pages("nl", odd, blank())[0]
    assert "<b>#panic" not in render_html("nl", odd, blank())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_and_the_results_fit_on_the_first_page(language: Language) -> None:
    full = blank(
        lambda each: {"value": 500, "denominator": 600, "median": 100, "p90": 100, "mean": 4.25} | all_of(each)
    )
    first, *others = pages(language, PROJECT, full)
    assert "_" not in first + " ".join(others)
    assert texts.gettext_of(language).gettext("other") in first


def all_of(figure: Figure) -> dict[str, object]:
    match figure.code:
        case "withdrawn" | "stopped" as code:
            return {"by_reason": {"/".join(reason): 12 for reason in sorted(reasons_for(code))}}
        case "not_eligible" | "not_suitable" as code:
            return {"by_reason": {reason: 12 for _, reason in sorted(reasons_for(code))}}
        case "modules_attended" | "group_size":
            return {"by_reason": {str(n): 12 for n in range(1, 9)}}
    if figure.kind == "days":
        return {"by_reason": {"1-30": 12, "31-60": 12, "61-90": 12, "91-120": 12, "121-150": 12, "151-180": 12}}
    return {"by_reason": {"basic": 12, "in_depth": 12}} if figure.chapter == "trainings" else {}


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_every_text_of_the_report_is_translated_and_used(language: Language) -> None:
    folder = Path(texts.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py")).replace('"\n    "', "")
    with (folder / "locale" / f"{language}.po").open("rb") as file:
        catalogue_of = [each for each in read_po(file) if each.id and not each.context]
    assert [each.id for each in catalogue_of if not each.string or not all(each.string)] == []
    ids = [each.id if isinstance(each.id, str) else each.id[0] for each in catalogue_of]
    assert [each for each in ids if f'"{each}"' not in source] == []
