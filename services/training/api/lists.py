"""A list of registrations that an organisation sends at once: everybody on it, or nobody and every fault."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from services.training import organisations, registrations_csv
from services.training.api.access import SENDS, gives
from services.training.api.desk import Body, Desk
from services.training.api.registering import GroupRegistered, group, register
from services.training.entries import Writer
from services.training.registrations_csv import Faulty, Register, Row
from services.training.registrations_csv.report import report
from services.training.requests import Newcomer
from shared.domain.bounds import Day
from shared.domain.clock import today
from shared.http.auth import Caller, Role
from shared.http.limits import LARGEST_DECLARED
from shared.http.problems import NotVisible, Unacceptable
from shared.http.request_body import DECLARED
from shared.i18n.code_lists import Id

_CSV: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}},
    DECLARED: LARGEST_DECLARED,
}


def add(router: APIRouter, desk: Desk) -> None:
    """The one route of a list."""

    @router.post(
        "/trainings/{training_id}/registrations/list",
        status_code=201,
        response_model=GroupRegistered,
        tags=["registers"],
        openapi_extra=_CSV,
    )
    async def register_list(request: Request, training_id: Id, on: Day | None = None, caller: Caller = SENDS) -> Body:
        """A trainer sends anybody's list, of any day; an organisation its own people, today. Answers in its order."""
        trainer = caller.role is Role.TRAINER
        if not trainer and caller.organisation is None:
            raise NotVisible
        rows = await _read(desk, await request.body(), None if trainer else caller.organisation)
        told_on = on if trainer and on else today()
        by, permit = Writer(caller.subject, gives=trainer), gives(caller) if trainer else None
        return await register(desk, request, training_id, [_newcomer(row) for row in rows], told_on, by, group, permit)


async def _read(desk: Desk, data: bytes, own: str | None) -> list[Row]:
    async with desk.pool.acquire() as connection:
        register = Register.of(await organisations.written(connection), own)
    try:
        return await run_in_threadpool(registrations_csv.read, data, register)
    except Faulty as refused:
        raise Unacceptable("list-refused", report(refused.faults)) from None


def _newcomer(row: Row) -> Newcomer:
    return Newcomer(
        name=row.name,
        email=row.email,
        organisation_id=row.organisation,
        sector=row.sector,
        function=row.function,
        language=row.language,
    )
