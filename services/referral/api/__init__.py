"""HTTP to command, and view to HTTP: parses, authorises, stamps; no rule of the programme."""

from __future__ import annotations

from fastapi import APIRouter

from services.referral.api import persons, reading, referrers, register, road, waiting_changes
from services.referral.people import People
from shared.http.commands import Commands


def routes(commands: Commands, people: People) -> APIRouter:
    """Everything the referral service answers."""
    router = APIRouter()
    register.add_routes(router, commands)
    referrers.add_routes(router, commands, people)
    road.add_routes(router, commands, people)
    reading.add_routes(router, commands)
    persons.add_routes(router, commands, people)
    waiting_changes.add_routes(router, commands, people)
    return router
