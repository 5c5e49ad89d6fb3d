"""The project as a figures file names it in French, and as the reporting service has it in three languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from deploy.local.figures import Figures
from shared.domain.messages import JsonObject
from shared.i18n.text import Language

SYNTHETIC: Mapping[Language, str] = {
    "nl": "synthetische gegevens",
    "fr": "données synthétiques",
    "en": "synthetic data",
}


def described(figures: Figures) -> JsonObject:
    """What its report says of it: that it is synthetic, and which titles are our translation; French where none is."""
    project = figures.project
    titles = _texts(project.title_fr)
    return {
        "title": {language: f"{title} ({SYNTHETIC[language]})" for language, title in titles.items()},
        "coordinating_municipality": figures.cities[0],
        "participating_municipalities": list(figures.cities[1:]),
        "contacts": [{"service": _texts(each.service_fr), "email": each.email} for each in project.contacts],
        "duration_years": project.duration_years,
        "translations": [language for language in titles if language != "fr"],
    }


def read_back(project: JsonObject) -> JsonObject:
    """The project of the reporting service, in the shape of a figures file."""
    contacts = project["contacts"]
    return {
        "title_fr": project["title"]["fr"].removesuffix(f" ({SYNTHETIC['fr']})"),
        "coordinating_municipality": project["coordinating_municipality"],
        "participating_municipalities": project["participating_municipalities"],
        "duration_years": project["duration_years"],
        "contacts": [{"service_fr": each["service"]["fr"], "email": each["email"]} for each in contacts],
    }


def _texts(french: str) -> dict[Language, str]:
    """The text in every language we have it in."""
    return {"fr": french, **_translations().get(french, {})}


@lru_cache(maxsize=1)
def _translations() -> dict[str, dict[Language, str]]:
    file = json.loads(Path(__file__).with_name("translations.json").read_text(encoding="utf-8"))
    texts: dict[str, dict[Language, str]] = file["texts"]
    return texts
