"""What the one page says, as plain values in one language: HTML and PDF only lay it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from services.reporting.reading import Figure
from services.reporting.report import texts
from shared.messages import Message
from shared.texts import Language, municipality

HEADLINE = ("referrals_received", "referring_persons", "referring_organisations")
NOT_COVERED = ("group programmes completed", "trainings", "network events")
WHOLES = {"referrals_received": ("referral", "referrals"), "intakes_held": ("intake", "intakes")}
LIVE = (
    "For coordinators only. These are live figures about a small number of people: "
    "do not pass them on until releases, in which small numbers are hidden, exist."
)
ABSENT = "The software does not count these parts of the programme yet; their absence here does not mean zero."

Translated = Annotated[dict[Language, str], Field(min_length=1)]


class Contact(Message):
    """A service that answers for the project: its name in at least one language, and its mailbox."""

    service: Translated
    email: str


class Project(Message):
    """The fields of the federal form; a text lacking in a language is printed in one it has."""

    title: Translated
    coordinating_municipality: str
    participating_municipalities: tuple[str, ...]
    contacts: tuple[Contact, ...]
    duration_years: int


class Row(TypedDict):
    """One indicator as printed."""

    label: str
    definition: str
    value: str
    notes: list[str]
    reasons: list[tuple[str, str]]


class Page(TypedDict):
    """Everything that is printed."""

    language: Language
    kind: str
    programme: str
    title: str
    title_language: Language
    fields: list[tuple[str, str]]
    contact: str
    contacts: list[tuple[str, str]]
    notice: str
    lead: str
    headline: list[Row]
    heading: str
    rows: list[Row]
    missing: str
    missing_note: str
    missing_items: list[str]


def page(language: Language, project: Project, figures: Sequence[Figure]) -> Page:
    """The page of these figures; raises KeyError when a headline figure is absent."""
    say = texts.translations(language).gettext
    by_code = {figure.code: figure for figure in figures}
    spoken = _available(language, project.title)
    return Page(
        language=language,
        kind=say("First report"),
        programme=say("Impulse project against intra-family violence"),
        title=project.title[spoken],
        title_language=spoken,
        fields=_fields(language, project),
        contact=say("Contact"),
        contacts=[(each.service[_available(language, each.service)], each.email) for each in project.contacts],
        notice=say(LIVE),
        lead=_lead(language, by_code),
        headline=[_row(language, by_code[code]) for code in HEADLINE],
        heading=say("Figures"),
        rows=[
            _row(language, figure)
            for figure in figures
            if figure.chapter == "referrals" and figure.code not in HEADLINE
        ],
        missing=say("Not covered yet"),
        missing_note=say(ABSENT),
        missing_items=[say(item) for item in NOT_COVERED],
    )


def _available(language: Language, text: Mapping[Language, str]) -> Language:
    order: tuple[Language, ...] = (language, "nl", "fr", "en")
    return next(each for each in order if each in text)


def _fields(language: Language, project: Project) -> list[tuple[str, str]]:
    translated = texts.translations(language)
    participating = [municipality(language, name) for name in project.participating_municipalities]
    label = translated.ngettext("Participating municipality", "Participating municipalities", len(participating))
    return [
        (
            translated.gettext("Coordinating municipality"),
            municipality(language, project.coordinating_municipality),
        ),
        (label, ", ".join(participating) or "–"),
        (translated.gettext("Duration"), texts.counted(language, project.duration_years, "{n} year", "{n} years")),
    ]


def _lead(language: Language, figures: Mapping[str, Figure]) -> str:
    received, persons, organisations = (figures[code].value for code in HEADLINE)
    sentence = texts.translations(language).gettext("{referrals} by {persons} from {organisations}.")
    return sentence.format(
        referrals=texts.counted(language, received, "{n} referral", "{n} referrals"),
        persons=texts.counted(language, persons, "{n} referrer", "{n} different referrers"),
        organisations=texts.counted(language, organisations, "{n} organisation", "{n} organisations"),
    )


def _row(language: Language, figure: Figure) -> Row:
    return Row(
        label=figure.label.in_(language),
        definition=figure.definition.in_(language),
        value=_days(language, figure.median) if figure.kind == "days" else texts.number(language, figure.value),
        notes=_notes(language, figure),
        reasons=[(texts.reason(language, code), texts.number(language, n)) for code, n in figure.by_reason.items()],
    )


def _days(language: Language, days: int | None) -> str:
    return "–" if days is None else texts.counted(language, days, "{n} day", "{n} days")


def _notes(language: Language, figure: Figure) -> list[str]:
    """What the value is a part of; for days, what it stands for and on how many it was measured."""
    say = texts.translations(language).gettext
    if figure.kind != "days":
        return _of(language, "of {whole} {label}", figure.denominator_code, figure.denominator)
    if figure.median is None:
        return []
    return [
        say("half within {days}").format(days=_days(language, figure.median)),
        say("nine in ten within {days}").format(days=_days(language, figure.p90)),
        *_of(language, "measured on {whole} {label}", "intakes_held", figure.value),
    ]


def _of(
    language: Language,
    sentence: Literal["of {whole} {label}", "measured on {whole} {label}"],
    code: str | None,
    n: int | None,
) -> list[str]:
    if code is None or n is None:
        return []
    translated = texts.translations(language)
    label = translated.ngettext(*WHOLES[code], n)
    return [str(translated.gettext(sentence)).format(whole=texts.number(language, n), label=label)]
