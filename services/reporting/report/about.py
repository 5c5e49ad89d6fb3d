"""What the report says of the project itself: the fields of the federal form, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, TypedDict

from pydantic import Field, StringConstraints

from services.reporting.report import texts
from shared.domain.messages import Message
from shared.i18n.code_lists import City
from shared.i18n.text import LOCALES, STORABLE, Language, municipality

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=STORABLE)]
Translated = Annotated[dict[Language, Line], Field(min_length=1)]


class Contact(Message):
    """A service that answers for the project: its name in at least one language, and its mailbox."""

    service: Translated
    email: Line


class Project(Message):
    """The fields of the federal form; a text lacking in a language is printed in one it has.

    `translations` are the languages in which the title is not the project's own but was translated later.
    """

    title: Translated
    coordinating_municipality: City
    participating_municipalities: Annotated[tuple[City, ...], Field(max_length=600)]
    contacts: Annotated[tuple[Contact, ...], Field(max_length=50)]
    duration_years: Annotated[int, Field(ge=0, le=100)]
    translations: Annotated[tuple[Language, ...], Field(max_length=len(LOCALES))] = ()

    @property
    def cities(self) -> set[str]:
        """Every municipality of the project."""
        return {self.coordinating_municipality, *self.participating_municipalities}


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
    """The head of the page, about the months from `since` to `until`."""
    say = texts.translations(language).gettext
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
    translated = texts.translations(language)
    participating = [municipality(language, name) for name in project.participating_municipalities]
    label = translated.ngettext("Participating municipality", "Participating municipalities", len(participating))
    coordinating = municipality(language, project.coordinating_municipality)
    return [
        (translated.gettext("Coordinating municipality"), coordinating),
        (label, ", ".join(participating) or "–"),
        (translated.gettext("Duration"), texts.counted(language, project.duration_years, "{n} year", "{n} years")),
        (translated.gettext("Figures of"), texts.months(language, since, until)),
    ]
