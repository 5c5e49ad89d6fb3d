"""Wires the training service; nothing happens at import."""

from __future__ import annotations

from fastapi import FastAPI

from services.training import erasures, evaluation, people, published
from services.training.api import routes
from services.training.people import People
from services.training.subscribers import REGISTER
from services.training.upgrade import upgrade
from services.training.views import (
    certificates,
    evaluations,
    network_events,
    partners,
    registrations,
    steering,
    trainings,
)
from services.training.vocabulary import vocabulary
from shared.contracts import training as contract
from shared.http.commands import Commands
from shared.privacy.encryption import FieldCipher
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of

VIEWS = (trainings, registrations, certificates, evaluations, network_events, steering, partners)


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return application_of("Training", settings, vocabulary().refusals, wire)


async def wire(service: Wiring) -> None:
    """What it is made of."""
    store = await service.facts(trainings.TYPES, *VIEWS)
    await service.tables(evaluation.SCHEMA, people.SCHEMA, erasures.SCHEMA)
    async with service.pool.acquire() as connection:
        await upgrade(connection)
        register = await People.opened(connection, FieldCipher.of_file(service.settings.people_keys_file))
    await service.seals(register)
    await service.folds(REGISTER)
    service.publishes(store, published.to_integration_event, contract.ACTIVITIES, contract.PARTICIPATIONS)
    service.answers(routes(Commands(store), register, service.settings.public_url))
