"""The head of the report: what it says of the project itself, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from services.reporting.project import Contact, Project
from services.reporting.queries.period import Period
from services.reporting.report import texts
from shared.i18n.text import Language, municipality


class About(TypedDict):
    """The head of the page; `original` is the title as published and its language, when this one is a translation.

    A contact is a service, the language of its name, and its mailbox.
    """

    kind: str
    programme: str
    title: str
    title_language: Language
    original_label: str
    original: tuple[str, Language] | None
    fields: list[tuple[str, str]]
    contact: str
    contacts: list[tuple[str, Language, str]]


def about(language: Language, project: Project, since: date, until: date) -> About:
    """The head of the page, about the days from `since` to `until`."""
    say = texts.gettext_of(language).gettext
    spoken = _available(language, project.title)
    return About(
        kind=say("First report"),
        programme=say("Impulse project against intra-family violence"),
        title=project.title[spoken],
        title_language=spoken,
        original_label=say("Our translation. Original title:"),
        original=_original(spoken, project),
        fields=_fields(language, project, since, until),
        contact=say("Contact"),
        contacts=[_contact(language, each) for each in project.contacts],
    )


def _original(spoken: Language, project: Project) -> tuple[str, Language] | None:
    published = [language for language in project.title if language not in project.translations]
    if spoken not in project.translations or not published:
        return None
    return project.title[published[0]], published[0]


def _contact(language: Language, contact: Contact) -> tuple[str, Language, str]:
    spoken = _available(language, contact.service)
    return contact.service[spoken], spoken, contact.email


def _available(language: Language, text: Mapping[Language, str]) -> Language:
    order: tuple[Language, ...] = (language, "nl", "fr", "en")
    return next(each for each in order if each in text)


def _fields(language: Language, project: Project, since: date, until: date) -> list[tuple[str, str]]:
    translated = texts.gettext_of(language)
    participating = [municipality(language, name) for name in project.participating_municipalities]
    label = translated.ngettext("Participating municipality", "Participating municipalities", len(participating))
    coordinating = municipality(language, project.coordinating_municipality)
    return [
        (translated.gettext("Coordinating municipality"), coordinating),
        (label, ", ".join(participating) or "–"),
        (translated.gettext("Duration"), texts.counted(language, project.duration_years, "{n} year", "{n} years")),
        (translated.gettext("Figures of"), texts.period(language, Period(since, until))),
    ]
