"""Wires the carousel; nothing happens at import."""

from __future__ import annotations

from fastapi import FastAPI

from services.carousel import notes, published, referrals, subscribers
from services.carousel.api import routes
from services.carousel.views import barriers, cycles, offers, participations, safety_tasks
from services.carousel.views.streams import TYPES
from services.carousel.vocabulary import vocabulary
from shared.contracts import carousel as contract
from shared.http.commands import Commands
from shared.privacy.encryption import FieldCipher
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return application_of("Carousel", settings, vocabulary().refusals, wire)


async def wire(service: Wiring) -> None:
    """What it is made of."""
    await service.tables(referrals.SCHEMA)
    store = await service.facts(TYPES, offers, cycles, participations, safety_tasks, barriers)
    register = notes.Notes(FieldCipher.of_file(service.settings.people_keys_file))
    await service.seals(register)
    service.publishes(store, published.to_integration_event, contract.CASES, contract.SESSIONS)
    await service.hears(subscribers.hears(store))
    service.answers(routes(Commands(store), register))
