"""HTTP to command, and view to HTTP: parses, authorises, stamps; no rule of the programme."""

from __future__ import annotations

from fastapi import APIRouter

from services.training.api import (
    afterwards,
    calendars,
    certificates,
    exports,
    feed,
    lists,
    network,
    partners,
    persons,
    public,
    registers,
    steering,
    trainings,
)
from services.training.api.desk import Desk
from services.training.people import People
from shared.http.commands import Commands


def routes(commands: Commands, people: People, public_url: str = "") -> APIRouter:
    """Everything the training service answers; `public_url` is the address that is printed for people."""
    router, desk = APIRouter(), Desk(commands, people, public_url)
    for part in (
        public,
        calendars,
        feed,
        trainings,
        registers,
        exports,
        lists,
        afterwards,
        certificates,
        network,
        steering,
        partners,
        persons,
    ):
        part.add(router, desk)
    return router
