"""The register of a training for those who give it: who comes and who waits, on screen, in a spreadsheet, on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from services.training.access import Member, Persons, Reading, Trainer, require_training
from services.training.documents import sign_in_sheet as paper
from services.training.documents import spreadsheet
from services.training.personal_data.names import Named, Why
from services.training.personal_data.store import People
from services.training.queries import registrations, trainings
from services.training.queries.registrations import Registration
from services.training.trainings.aggregate import TRAINING
from services.training.translations import translations
from shared.domain.messages import JsonObject
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id, terms
from shared.i18n.text import Language

router = APIRouter(tags=["registers"])
_REGISTER = ("name", "email", "organisation", "sector", "function", "language", "status")
_SIGN_IN_SHEET = ("name", "organisation", "sector", "function")
_PDF: dict[int | str, JsonObject] = {200: {"content": {"application/pdf": {}}}}


class Line(Registration, Named):
    """One line of the register, with a name."""


@router.get("/trainings/{training_id}/register")
async def read_register(
    training_id: Id, caller: Trainer, connection: Reading, people: Persons, paging: Paging
) -> Page[Line]:
    """Those with a place or who walked in; each look at a name is kept."""
    await require_training(connection, caller, training_id)
    found = await registrations.register(connection, training_id, paging.key("")[0], paging.rows)
    page = paging.page(found, lambda each: [each.participant])
    return Page(items=await _named(connection, people, training_id, page.items, caller, "register"), next=page.next)


@router.get("/trainings/{training_id}/waiting-list")
async def read_waiting_list(
    training_id: Id, caller: Trainer, connection: Reading, people: Persons, paging: Paging
) -> Page[Line]:
    """The first who moves up comes first."""
    await require_training(connection, caller, training_id)
    found = await registrations.waiting(connection, training_id, paging.key("")[0], paging.rows)
    page = paging.page(found, lambda each: [each.participant])
    return Page(items=await _named(connection, people, training_id, page.items, caller, "register"), next=page.next)


@router.get("/trainings/{training_id}/register.csv", response_class=Response)
async def export_register(
    training_id: Id, caller: Trainer, connection: Reading, people: Persons, language: Language = "nl"
) -> Response:
    """Those with a place, who walked in and who wait, and who was there on which day.

    No spreadsheet runs what somebody typed.
    """
    await require_training(connection, caller, training_id)
    found = await registrations.register(connection, training_id) + await registrations.waiting(connection, training_id)
    lines = await _named(connection, people, training_id, found, caller, "register")
    days = await _days(connection, training_id)
    return _csv(lines, _REGISTER, ("present", days), language, f"register-{training_id}")


@router.get("/trainings/{training_id}/sign-in-sheet", response_class=Response)
async def sign_in_sheet(
    training_id: Id, caller: Trainer, connection: Reading, people: Persons, language: Language = "nl"
) -> Response:
    """With room for a signature on each day."""
    lines = await _who_may_sign(connection, people, training_id, caller)
    days = await _days(connection, training_id)
    return _csv(lines, _SIGN_IN_SHEET, ("signature", days), language, f"sign-in-sheet-{training_id}")


@router.get("/trainings/{training_id}/sign-in-sheet.pdf", response_class=Response, responses=_PDF)
async def sign_in_sheet_on_paper(
    training_id: Id, caller: Trainer, connection: Reading, people: Persons, language: Language = "nl"
) -> Response:
    """A sheet a day, with empty lines for those who walk in."""
    lines = await _who_may_sign(connection, people, training_id, caller)
    training = await trainings.one(connection, training_id)
    if training is None:
        raise NotVisible
    rows = [_cells(line, ("name", "organisation", "function"), language) for line in lines]
    return Response(await run_in_threadpool(paper.pdf, training, rows, language), media_type="application/pdf")


async def _who_may_sign(connection: Connection, people: People, training_id: str, caller: Member) -> list[Line]:
    await require_training(connection, caller, training_id)
    found = await registrations.register(connection, training_id)
    return await _named(connection, people, training_id, found, caller, "sign-in-sheet")


async def _named(
    connection: Connection, people: People, training_id: str, found: Sequence[Registration], caller: Caller, why: Why
) -> list[Line]:
    """The lines with the names behind them; each look at a name is kept."""
    ids = [each.participant for each in found]
    names = await people.names(connection, TRAINING.stream(training_id), ids, caller.subject, why)
    return [Line(**dict(each), **dict(names[each.participant])) for each in found]


async def _days(connection: Connection, training_id: str) -> list[date]:
    training = await trainings.one(connection, training_id)
    if training is None:
        raise NotVisible
    return [day.on for day in training.days]


def _csv(
    lines: Sequence[Line], columns: Sequence[str], daily: tuple[str, Sequence[date]], language: Language, name: str
) -> Response:
    """`daily` is a column that there is once for each of these days; its head says which, when there are several."""
    code, days = daily
    words = translations().columns
    heads = [words[column].in_(language) for column in columns]
    heads += [words[code].in_(language) + (f" {day:%d/%m/%Y}" if len(days) > 1 else "") for day in days]
    rows = [[*_cells(line, columns, language), *(_on(line, code, day, language) for day in days)] for line in lines]
    head = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(spreadsheet.csv(heads, rows), media_type="text/csv; charset=utf-8", headers=head)


def _on(line: Line, code: str, day: date, language: Language) -> str:
    if code == "signature" or line.present is None:
        return ""
    words = translations()
    there = line.present and (line.days is None or day in line.days)
    return (words.yes if there else words.no).in_(language)


def _cells(line: Line, columns: Sequence[str], language: Language) -> list[str]:
    words = translations()
    cells = {
        "name": line.name or "",
        "email": line.email or "",
        "organisation": line.organisation_name or "",
        "sector": terms().sectors[line.sector].in_(language),
        "function": words.functions[line.function].in_(language),
        "language": line.language,
        "status": words.registration_statuses[line.status].in_(language),
    }
    return [cells[column] for column in columns]
