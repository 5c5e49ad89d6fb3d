"""What the report says, as plain values in one language: HTML and PDF only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from services.reporting.metrics.catalogue import Chapter
from services.reporting.project import Project
from services.reporting.queries.figures import Figure
from services.reporting.queries.partners import Partner
from services.reporting.report import texts
from services.reporting.report.about import About, about
from services.reporting.report.rows import Row, brief, row
from services.reporting.report.tiles import Tile, tiles
from shared.i18n.text import Language

LIVE = (
    "For coordinators only. These are live figures about a small number of people: "
    "do not pass them on until releases, in which small numbers are hidden, exist."
)
STAGES = (
    "referrals_received",
    "cohort_intake",
    "cohort_accepted",
    "cohort_placed",
    "cohort_started",
    "cohort_completed",
)
BLOCKS = {
    "Why people did not start or left early": ("not_eligible", "not_suitable", "withdrawn", "stopped", "on_hold"),
    "Waiting and attending": ("days_to_intake", "days_to_first_session", "modules_attended", "group_size"),
    "Trainings and what followed": (
        "evaluation_answers", "evaluation_score", "confidence_before", "confidence_after",
        "referrals_preceded", "days_since_training", "new_referrers_preceded",
    ),
}  # fmt: skip
CHAPTERS: dict[Chapter, str] = {
    "referrals": "Referrals",
    "carousel": "The group",
    "cohort": "Of those referred in this period",
    "trainings": "Trainings",
    "link": "After a training",
    "cooperation": "Between the cities",
    "network": "Network and steering group",
}


@dataclass(frozen=True, slots=True)
class Results:
    """What there is to say: the figures of the days from `since` to `until`, and who was a partner on them."""

    since: date
    until: date
    figures: list[Figure]
    partners: list[Partner]

    def figure(self, code: str) -> Figure:
        """The figure of that indicator; raises KeyError when it is absent."""
        return self.by_code()[code]

    def by_code(self) -> Mapping[str, Figure]:
        """All of them by their code."""
        return {each.code: each for each in self.figures}


class Stage(TypedDict):
    """A step of the journey: how many came so far, which share of the step before, and of all in percent."""

    label: str
    value: str
    note: str
    percent: float


class Block(TypedDict):
    """Some rows under a heading."""

    heading: str
    rows: list[Row]


class Page(TypedDict):
    """Everything that is printed."""

    language: Language
    about: About
    notice: str
    heading: str
    tiles: list[Tile]
    stages_heading: str
    stages: list[Stage]
    blocks: list[Block]
    partners_heading: str
    partners: list[str]
    all_heading: str
    all: list[Block]


def page(language: Language, project: Project, results: Results) -> Page:
    """The page of these results; raises KeyError when a figure it states is absent."""
    say = texts.gettext_of(language).gettext
    partners = results.partners
    return Page(
        language=language,
        about=about(language, project, results.since, results.until),
        notice=say(LIVE),
        heading=say("Results so far"),
        tiles=tiles(language, results.by_code()),
        stages_heading=say("The road of those referred in this period"),
        stages=_stages(language, results),
        blocks=[
            Block(heading=say(heading), rows=[_brief(language, results, code) for code in codes])
            for heading, codes in BLOCKS.items()
        ],
        partners_heading=texts.counted(
            language, len(partners), "Steering group: {n} partner", "Steering group: {n} partners"
        ),
        partners=[_partner(language, each) for each in partners],
        all_heading=say("All figures, and how each is counted"),
        all=list(_all(language, results)),
    )


def _brief(language: Language, results: Results, code: str) -> Row:
    figure = results.figure(code)
    return brief(language, figure, _whole(results, figure))


def _whole(results: Results, figure: Figure) -> Figure | None:
    return results.by_code().get(figure.denominator_code or "")


def _stages(language: Language, results: Results) -> list[Stage]:
    received = results.figure(STAGES[0])
    return [
        Stage(
            label=figure.label.in_(language),
            value=texts.number(language, figure.value),
            note=_of_the_step_before(language, figure),
            percent=min(100.0, 100 * figure.value / received.value) if received.value else 0.0,
        )
        for figure in (results.figure(code) for code in STAGES)
    ]


def _of_the_step_before(language: Language, figure: Figure) -> str:
    if not figure.denominator:
        return ""
    share = texts.share(language, figure.value, figure.denominator)
    whole = texts.number(language, figure.denominator)
    return texts.gettext_of(language).gettext("{share} of {whole}").format(share=share, whole=whole)


def _partner(language: Language, partner: Partner) -> str:
    if partner.now is None:
        return partner.name
    return texts.gettext_of(language).gettext("{name}, now {now}").format(name=partner.name, now=partner.now)


def _all(language: Language, results: Results) -> Iterable[Block]:
    say = texts.gettext_of(language).gettext
    for chapter, heading in CHAPTERS.items():
        figures = [each for each in results.figures if each.chapter == chapter]
        rows = [row(language, each, _whole(results, each)) for each in figures]
        yield Block(heading=say(heading), rows=rows)
