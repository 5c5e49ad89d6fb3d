"""The register and the sheet that people sign, to take along: as a spreadsheet and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from services.training import sheets, sign_in
from services.training.api.access import TRAINS, reads_training
from services.training.api.desk import Desk
from services.training.api.registers import Line, named
from services.training.names import Why
from services.training.views import registrations, trainings
from services.training.vocabulary import vocabulary
from shared.http.auth import Caller
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id, terms
from shared.i18n.text import Language

_REGISTER = ("name", "email", "organisation", "sector", "function", "language", "status", "present")
_SIGNED = ("name", "organisation", "sector", "function", "signature")
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""

    @router.get("/trainings/{training_id}/register.csv", tags=["registers"], response_class=Response)
    async def export_register(training_id: Id, language: Language = "nl", caller: Caller = TRAINS) -> Response:
        """Those with a place, who walked in and who wait; no spreadsheet runs what somebody typed."""
        lines = await _lines(desk, training_id, caller, "register", waiting=True)
        return _csv(lines, _REGISTER, language, f"register-{training_id}")

    @router.get("/trainings/{training_id}/sign-in-sheet", tags=["registers"], response_class=Response)
    async def sign_in_sheet(training_id: Id, language: Language = "nl", caller: Caller = TRAINS) -> Response:
        """With room for a signature."""
        lines = await _lines(desk, training_id, caller, "sign-in-sheet")
        return _csv(lines, _SIGNED, language, f"sign-in-sheet-{training_id}")

    @router.get(
        "/trainings/{training_id}/sign-in-sheet.pdf", tags=["registers"], response_class=Response, responses=_PDF
    )
    async def sign_in_sheet_on_paper(training_id: Id, language: Language = "nl", caller: Caller = TRAINS) -> Response:
        """A sheet a day, with empty lines for those who walk in."""
        lines = await _lines(desk, training_id, caller, "sign-in-sheet")
        async with desk.pool.acquire() as connection:
            training = await trainings.one(connection, training_id)
        if training is None:
            raise NotVisible
        rows = [_cells(line, ("name", "organisation", "function"), language) for line in lines]
        sheet = await run_in_threadpool(sign_in.pdf, training, rows, language)
        return Response(sheet, media_type="application/pdf")


async def _lines(desk: Desk, training_id: str, caller: Caller, why: Why, *, waiting: bool = False) -> list[Line]:
    """Everybody with a place or who walked in, and after them who waits where that is asked for."""
    async with desk.pool.acquire() as connection, connection.transaction():
        await reads_training(connection, caller, training_id)
        found = await registrations.register(connection, training_id)
        found += await registrations.waiting(connection, training_id) if waiting else []
        return await named(desk, connection, training_id, found, caller, why)


def _csv(lines: Sequence[Line], columns: Sequence[str], language: Language, name: str) -> Response:
    heads = [vocabulary().columns[code].in_(language) for code in columns]
    table = sheets.csv(heads, [_cells(line, columns, language) for line in lines])
    head = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=head)


def _cells(line: Line, columns: Sequence[str], language: Language) -> list[str]:
    words = vocabulary()
    present = {True: words.yes, False: words.no}
    cells = {
        "name": line.name or "",
        "email": line.email or "",
        "organisation": line.organisation_name or "",
        "sector": terms().sectors[line.sector].in_(language),
        "function": words.functions[line.function].in_(language),
        "language": line.language,
        "status": words.registration_statuses[line.status].in_(language),
        "present": present[line.present].in_(language) if line.present is not None else "",
        "signature": "",
    }
    return [cells[column] for column in columns]
