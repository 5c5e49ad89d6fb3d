"""Wires the reporting service; nothing happens at import."""

from __future__ import annotations

from fastapi import FastAPI

from services.reporting import figures, project
from services.reporting.api import routes
from services.reporting.rows import TOPICS
from services.reporting.vocabulary import vocabulary
from shared.messaging.inbox import Inbox
from shared.projections.topic import TopicProjection
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of

CONSUMER = "reporting"


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return application_of("Reporting", settings, vocabulary().refusals, wire)


async def wire(service: Wiring) -> None:
    """What it is made of."""
    await service.tables(project.SCHEMA)
    await service.folds(figures_told())
    service.answers(routes(service.pool))


def figures_told() -> TopicProjection:
    """The figures and what they are folded from, topic by topic."""
    return TopicProjection(
        CONSUMER, figures.version(), [figures.SCHEMA], [Inbox(CONSUMER, topic, figures.apply) for topic in TOPICS]
    )
