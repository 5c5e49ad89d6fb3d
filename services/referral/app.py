"""Wires the referral service; nothing happens at import."""

from __future__ import annotations

from fastapi import FastAPI

from services.referral import people, published, subscribers
from services.referral.api import routes
from services.referral.views import cases, organisations
from services.referral.vocabulary import vocabulary
from shared.contracts import referral as contract
from shared.http.commands import Commands
from shared.privacy.encryption import FieldCipher
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of


def application(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return application_of("Referral", settings, vocabulary().refusals, wire)


async def wire(service: Wiring) -> None:
    """What it is made of."""
    store = await service.facts(cases.TYPES, cases, organisations)
    register = people.People(FieldCipher.of_file(service.settings.people_keys_file))
    await service.seals(register)
    service.publishes(store, published.to_integration_event, contract.CASES, contract.ORGANISATIONS)
    await service.hears(subscribers.hears(store))
    service.answers(routes(Commands(store), register))
