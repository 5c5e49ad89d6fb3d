"""HTTP to command, and view to HTTP: parses, authorises, stamps; no rule of the programme."""

from __future__ import annotations

from fastapi import APIRouter

from services.carousel.api import cycles, participations, reading, safety, worklists
from services.carousel.notes import Notes
from shared.http.commands import Commands


def routes(commands: Commands, notes: Notes) -> APIRouter:
    """Everything the carousel answers."""
    router = APIRouter()
    cycles.add_routes(router, commands)
    participations.add_routes(router, commands)
    safety.add_routes(router, commands, notes)
    reading.add_routes(router, commands.store)
    worklists.add_routes(router, commands.store.pool)
    return router
