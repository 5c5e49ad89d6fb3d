"""One entry in the catalogue is enough: an indicator of any kind on any step is counted, answered and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import product
from typing import Any, get_args

import asyncpg
import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from services.reporting.consumers import apply
from services.reporting.metrics import catalogue as catalogue_module
from services.reporting.metrics.catalogue import (
    MEANS,
    WHOLE_NUMBERS,
    Indicator,
    Kind,
    Member,
    StepName,
    by_step,
    catalogue,
)
from services.reporting.queries.figures import Figure, find_figures
from services.reporting.queries.partners import find_partners
from services.reporting.queries.period import Period
from services.reporting.report.page import BLOCKS, STAGES, Results
from services.reporting.report.render import render_html, render_pdf
from services.reporting.report.tiles import tiles
from shared.i18n.text import Language
from tests.reporting.programme import SINCE, UNTIL, two_years
from tests.reporting.published import in_envelopes
from tests.reporting.receiving import SCHEMA
from tests.reporting.test_report import PROJECT, blank

STEPS: tuple[StepName, ...] = get_args(StepName)
UNIT = {"one": dict.fromkeys(("nl", "fr", "en"), "{n} thing"), "many": dict.fromkeys(("nl", "fr", "en"), "{n} things")}
KINDS: dict[Kind, tuple[Sequence[StepName | None], list[dict[str, Any]]]] = {
    "count": ([*STEPS], [{}, {"denominator": "referrals_received"}, {"dated": "receipt"}]),
    "distinct": ([*STEPS], [{"member": member} for member in get_args(Member)]),
    "days": (sorted(WHOLE_NUMBERS), [{}, {"bands": [30, 60]}, {"denominator": "started"}]),
    "number": (sorted(WHOLE_NUMBERS), [{}, {"unit": UNIT}, {"denominator": "sessions_held"}]),
    "mean": (sorted(MEANS), [{}, {"scale": 20}]),
    "standing": ([None], [{}, {"only": "steering"}]),
}


def added() -> Iterator[Indicator]:
    """An indicator of every kind, on every step that can feed such a kind, in every way it can be declared."""
    for kind, (steps, ways) in KINDS.items():
        for step, (nth, way) in product(steps, enumerate(ways)):
            label = f"New {kind} {step} {nth}"
            yield Indicator.model_validate(
                {
                    "code": f"new_{kind}_{step}_{nth}", "chapter": "network", "kind": kind, "step": step,
                    "label": dict.fromkeys(("nl", "fr", "en"), label),
                    "definition": dict.fromkeys(("nl", "fr", "en"), f"{label}."), "protected": True, **way,
                }
            )  # fmt: skip


@pytest.fixture
def longer(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Indicator]]:
    """A catalogue with all of these added."""
    new = list(added())
    changed = catalogue_module.whole().model_copy(update={"indicators": (*catalogue(), *new)})
    monkeypatch.setattr(catalogue_module, "whole", lambda: changed)
    by_step.cache_clear()
    yield new
    by_step.cache_clear()


@pytest.fixture
async def results(longer: list[Indicator], pool: asyncpg.Pool[asyncpg.Record]) -> Results:
    """What two years of the project come to with them."""
    period = Period(SINCE, UNTIL)
    async with pool.acquire() as connection:
        await connection.execute(SCHEMA)
        await apply(connection, in_envelopes(two_years()))
        return Results(*period, await find_figures(connection, period), await find_partners(connection, period, UNTIL))


async def test_it_is_counted_wherever_its_step_happens(longer: list[Indicator], results: Results) -> None:
    by_code = results.by_code()
    counted = {each.step for each in longer if each.kind == "count" and by_code[each.code].value}
    assert counted >= {*STEPS} - {"not_suitable", "on_hold"}  # which nobody was in these two years
    assert {by_code[each.code].value for each in longer if each.kind == "standing"} == {len(results.partners)}
    silent = {(each.kind, each.step) for each in longer if each.kind != "standing" and not by_code[each.code].value}
    assert {kind for kind, step in silent if step in counted} <= {"distinct"}  # of which most steps have no members


@pytest.mark.parametrize("language", get_args(Language))
async def test_it_is_printed_in_every_format_and_language(
    longer: list[Indicator], results: Results, language: Language
) -> None:
    html = render_html(language, PROJECT, results)
    pdf = PdfReader(BytesIO(render_pdf(language, PROJECT, results)))
    printed = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    labels = [each.label.in_(language) for each in longer]
    missing = [label for label in labels if f"<strong>{label}</strong>" not in html]
    missing += [label for label in labels if "".join(label.split()) not in printed]
    assert missing == []
    assert "None" not in html.replace("New standing None", "")


class Figures(dict[str, Figure]):
    """The figures by code; it remembers which were read."""

    def __init__(self) -> None:
        super().__init__(blank().by_code())
        self.read = set[str]()

    def __getitem__(self, code: str) -> Figure:
        self.read.add(code)
        return super().__getitem__(code)


def named() -> set[str]:
    """The codes that the page names itself."""
    figures = Figures()
    assert tiles("nl", figures)
    return {*STAGES, *figures.read, *(code for codes in BLOCKS.values() for code in codes)}


def test_every_figure_that_the_page_names_is_in_the_catalogue() -> None:
    codes = {each.code for each in catalogue()}
    assert named() <= codes
    assert {each.denominator for each in catalogue()} - {None} <= codes


def test_a_figure_that_is_absent_takes_the_report_from_nobody() -> None:
    whole, shown = blank(), named()
    for absent in whole.figures:
        if absent.code not in shown:
            left = [each for each in whole.figures if each is not absent]
            assert render_html("nl", PROJECT, Results(SINCE, UNTIL, left, []))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "number", "step": "score"}, {"kind": "days", "step": "cycle"}, {"kind": "mean", "step": "started"},
        {"kind": "distinct", "step": "received"}, {"kind": "count", "step": "received", "member": "referrer"},
        {"kind": "count"}, {"kind": "standing", "step": "received"},
        {"kind": "days", "step": "started", "bands": [60, 30]}, {"kind": "days", "step": "started", "bands": [0, 30]},
    ],
)  # fmt: skip
def test_one_that_cannot_be_shown_is_refused_when_the_catalogue_is_read(wrong: dict[str, Any]) -> None:
    good = next(added()).model_dump(exclude_none=True)
    with pytest.raises(ValidationError):
        Indicator.model_validate({key: value for key, value in good.items() if key not in {"step", "kind"}} | wrong)
