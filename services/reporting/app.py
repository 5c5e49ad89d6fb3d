"""Wires the reporting service; nothing happens at import."""

from __future__ import annotations

from fastapi import FastAPI

from services.reporting import figures, project
from services.reporting.api import routes
from shared.contracts import referral as contract
from shared.inbox import Inbox
from shared.service import Wiring, application_of
from shared.settings import Settings

_REFUSALS = {
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
    await service.tables(figures.SCHEMA, project.SCHEMA)
    await service.hears(Inbox("reporting", contract.CASES, figures.apply))
    service.answers(routes(service.pool))


def sentences(code: str) -> dict[str, str]:
    """A refusal in NL, FR and EN."""
    return _REFUSALS.get(code, {"en": code})
