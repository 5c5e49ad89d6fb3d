"""The register and the sign-in sheet on paper and in a spreadsheet, which runs nothing that somebody typed."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import get_args

import pytest
from pypdf import PdfReader

from shared.i18n.printable import unprintable
from shared.i18n.text import Language
from tests.training.conftest import SOON, Desk, attendance, newcomer, training
from tests.training.test_spreadsheet import ATTACKS, FORMULA

TYPED = [attack for attack in ATTACKS if attack.strip() and unprintable(attack.strip()) is None]


async def exported(desk: Desk, path: str) -> list[list[str]]:
    answer = await desk.ask("GET", f"/trainings/t-1/{path}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("path", ["register.csv", "sign-in-sheet"])
async def test_no_export_runs_what_somebody_typed_as_his_name(desk: Desk, path: str) -> None:
    await desk.plan(capacity=100)
    for number, attack in enumerate(TYPED):
        await desk.register(number, name=attack)
    table = await exported(desk, path)
    assert len(table) == len(TYPED) + 1
    assert [cell for row in table for cell in row if FORMULA.match(cell)] == []


async def test_the_register_tells_who_has_a_place_who_waits_and_who_was_there(desk: Desk) -> None:
    present = await desk.held(2)
    await desk.done("POST", "/trainings/t-1/correct", attendance(present[:1], walk_ins=[newcomer(7)]))
    head, *lines = await exported(desk, "register.csv?language=fr")
    assert (head[0], head[-2:]) == ("Nom", ["Inscription", "Présent"])
    assert [line[-2:] for line in lines] == [["Inscrit", "oui"], ["Inscrit", "non"], ["Venu sans inscription", "oui"]]
    await desk.plan("t-2", capacity=1)
    for number in range(2):
        await desk.register(number, "t-2")
    _, *lines = await exported(desk, "../t-2/register.csv?language=en")
    assert [line[-2:] for line in lines] == [["Registered", ""], ["On the waiting list", ""]]


SAID = {
    "nl": ("Aanwezigheidslijst", "Basisvorming", "Handtekening", "Oostende"),
    "fr": ("Liste de présence", "Formation de base", "Signature", "Ostende"),
    "en": ("Sign-in sheet", "Basic training", "Signature", "Ostend"),
}


@pytest.mark.parametrize("language", get_args(Language))
async def test_on_paper_there_is_a_sheet_a_day_with_lines_for_who_walks_in(desk: Desk, language: Language) -> None:
    later = SOON + timedelta(days=366)
    days = [training(on=on)["days"][0] for on in (SOON, later)]
    await desk.plan(days=days)
    await desk.register(1, name="#strong[Zoë] $x$ @Van")
    answer = await desk.ask("GET", f"/trainings/t-1/sign-in-sheet.pdf?language={language}")
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages]
    assert [str(SOON.year) in pages[0], str(later.year) in pages[1], len(pages)] == [True, True, 2]
    for page in pages:
        assert [word for word in (*SAID[language], "#strong[Zoë] $x$ @Van", "6") if word not in page] == []
