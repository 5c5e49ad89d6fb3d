"""Wires the reporting service; nothing happens at import."""

from __future__ import annotations

from fastapi import FastAPI

from services.reporting import figures, project
from services.reporting.api import routes
from services.reporting.rows import TOPICS
from shared.fold import Fold
from shared.inbox import Inbox
from shared.service import Wiring, application_of
from shared.settings import Settings

CONSUMER = "reporting"
_REFUSALS = {
    "city-needed": {
        "nl": "Kies een van uw steden: u werkt niet voor alle steden van het project.",
        "fr": "Choisissez une de vos villes : vous ne travaillez pas pour toutes les villes du projet.",
        "en": "Choose one of your cities: you do not act for every city of the project.",
    },
    "period-reversed": {
        "nl": "De periode eindigt voor ze begint.",
        "fr": "La période se termine avant de commencer.",
        "en": "The period ends before it begins.",
    },
    "project-not-described": {
        "nl": "Het project is nog niet beschreven.",
        "fr": "Le projet n'est pas encore décrit.",
        "en": "The project has not been described yet.",
    },
}


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return application_of("Reporting", settings, sentences, wire)


async def wire(service: Wiring) -> None:
    """What it is made of."""
    await service.tables(project.SCHEMA)
    await service.folds(figures_told())
    service.answers(routes(service.pool))


def figures_told() -> Fold:
    """The figures and what they are folded from, topic by topic."""
    return Fold(
        CONSUMER, figures.version(), [figures.SCHEMA], [Inbox(CONSUMER, topic, figures.apply) for topic in TOPICS]
    )


def sentences(code: str) -> dict[str, str]:
    """A refusal in NL, FR and EN."""
    return _REFUSALS.get(code, {"en": code})
