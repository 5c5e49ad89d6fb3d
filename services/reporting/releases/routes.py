"""Releases over HTTP: prepared by who coordinates the project, approved by another person, and read by everybody."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from services.reporting.access import Approver, Coordinator, Database, require_coordinating, require_taking_part
from services.reporting.releases.aggregate import PROGRAMME, RELEASES
from services.reporting.releases.approval import Approval, approval_of
from services.reporting.releases.child import protect_in_child
from services.reporting.releases.commands import (
    ApproveRelease,
    AuditRelease,
    HandOverRelease,
    PrepareRelease,
    PublishRelease,
    SendBackRelease,
    WriteNarrative,
)
from services.reporting.releases.exports import as_csv, as_csvw, as_xlsx
from services.reporting.releases.figures import Counted, after, count, period_of
from services.reporting.releases.history import last_of, sums_of, task
from services.reporting.releases.plan import Tightening, plan
from services.reporting.releases.queries import Listed, published, published_bytes, published_document
from services.reporting.releases.schemas import Doubt, Narrative, NewRelease
from services.reporting.releases.state import Releases
from services.reporting.releases.values import Document, HeldBack
from services.reporting.releases.views import View, view_of
from services.reporting.releases.words import mended_by, said, why
from shared.domain.bounds import Code
from shared.domain.clock import now, today
from shared.domain.messages import JsonObject, Message
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection, EventStore
from shared.eventstore.loading import load
from shared.http.auth import Caller, Role
from shared.http.commands import Commanding, Done, Store
from shared.http.pagination import Page, Paging
from shared.http.problems import NotVisible
from shared.i18n.code_lists import City, Id
from shared.i18n.text import Text

router = APIRouter(tags=["releases"])
public_router = APIRouter(tags=["public"])

NumberOf = Annotated[int, Path(ge=1, le=100_000, description="the number of a published release")]
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "csvw": "application/csvm+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


class HeldTable(Message):
    """A planned table that is not printed anew, why, and what mends it: a tightening to prepare it with, or waiting."""

    table: str
    why: Text
    mended_by: Text
    tightening: Tightening | None


class Prepared(Done):
    """The version, and the tables that were held back."""

    held_back: list[HeldTable]


class AuditDone(Done):
    """The version, and in words each cell of which somebody could compute too much: then wait, or leave more out."""

    safe: bool
    narrow: list[Text]


@router.post("/releases", status_code=201, response_model=Prepared)
async def prepare_release(
    body: NewRelease, caller: Coordinator, database: Database, store: Store, commands: Commanding
) -> Response:
    """Make a draft of what is counted now: protected, and nothing in it that anybody can compute too closely."""
    async with database.acquire() as connection:
        state, counted = await _count(connection, store, caller, body)
    protected = await protect_in_child(task(state, counted.facts, counted.sums, plan(), body.tightening))
    content = counted.content.model_copy(update={"tables": protected.tables})
    superseded = state.numbered(body.supersedes or 0)
    command = PrepareRelease(
        at=now(),
        by=caller.subject,
        release_id=body.release_id,
        based_on=state.last,
        supersedes=body.supersedes,
        cities=tuple(sorted(caller.cities)),
        tightening=body.tightening,
        facts=counted.facts,
        content=after(
            content,
            state.last + 1,
            last_of(state, content.period),
            superseded.prepared.content if superseded else None,
        ),
        held=protected.held,
    )

    def prepared(outcome: Outcome) -> JsonObject:
        told = Prepared(version=outcome.version, held_back=[_told(each) for each in protected.held])
        return told.model_dump(mode="json")

    return await commands.run(RELEASES, PROGRAMME, command, content=prepared, created=True)


async def _count(
    connection: Connection, store: EventStore, caller: Caller, body: NewRelease
) -> tuple[Releases, Counted]:
    """The releases and the figures of one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        project = await require_coordinating(connection, caller)
        _, state = await load(connection, store, RELEASES, PROGRAMME)
        period = await period_of(connection, body.kind, body.year, today())
        return state, await count(connection, period, project, plan(), body.tightening.left_out)


def _told(held: HeldBack) -> HeldTable:
    mended = mended_by(held.mend)
    return HeldTable(table=held.table, why=why(held), mended_by=mended, tightening=held.mend)


@router.post("/releases/{release_id}/audit", response_model=AuditDone)
async def audit_release(
    release_id: Id, caller: Coordinator, database: Database, store: Store, commands: Commanding
) -> Response:
    """Compute what everybody could compute from the draft as it is, together with all releases before it."""
    async with database.acquire() as connection:
        await require_coordinating(connection, caller)
        _, state = await load(connection, store, RELEASES, PROGRAMME)
    release = state.by_id.get(release_id)
    if release is None:
        raise NotVisible
    prepared = release.prepared
    sums = sums_of(prepared.content, prepared.facts)
    asked = task(state, prepared.facts, sums, plan(), prepared.tightening, prepared.content.tables)
    audited = (await protect_in_child(asked)).audited
    command = AuditRelease(
        at=now(),
        by=caller.subject,
        release_id=release_id,
        based_on=state.last,
        content=prepared.content,
        audited=audited,
    )

    def found(outcome: Outcome) -> JsonObject:
        told = AuditDone(
            version=outcome.version, safe=not audited.narrow, narrow=[said(each) for each in audited.narrow]
        )
        return told.model_dump(mode="json")

    return await commands.run(RELEASES, PROGRAMME, command, content=found)


@router.put("/releases/{release_id}/narrative", response_model=Done)
async def write_narrative(
    release_id: Id, body: Narrative, caller: Coordinator, database: Database, commands: Commanding
) -> Response:
    """What people say under one heading, in one language."""
    await _coordinating(database, caller)
    command = WriteNarrative(
        at=now(),
        by=caller.subject,
        release_id=release_id,
        language=body.language,
        heading=body.heading,
        text=body.text,
    )
    return await commands.run(RELEASES, PROGRAMME, command)


@router.post("/releases/{release_id}/hand-over", response_model=Done)
async def hand_over_release(release_id: Id, caller: Coordinator, database: Database, commands: Commanding) -> Response:
    """Ask another person to approve it."""
    await _coordinating(database, caller)
    command = HandOverRelease(at=now(), by=caller.subject, release_id=release_id)
    return await commands.run(RELEASES, PROGRAMME, command)


@router.get("/releases/{release_id}")
async def read_release(release_id: Id, caller: Approver, database: Database, store: Store) -> Approval:
    """All that an approver looks at: the plan, the narrowest interval, and what differs from the last release."""
    async with database.acquire() as connection:
        await require_taking_part(connection, caller)
        _, state = await load(connection, store, RELEASES, PROGRAMME)
    release = state.by_id.get(release_id)
    if release is None:
        raise NotVisible
    return approval_of(release, state)


@router.post("/releases/{release_id}/approve", response_model=Done)
async def approve_release(release_id: Id, caller: Approver, database: Database, commands: Commanding) -> Response:
    """Agree that it is published: as one of the steering group, or as a coordinator of another city."""
    await _taking_part(database, caller)
    command = ApproveRelease(
        at=now(),
        by=caller.subject,
        release_id=release_id,
        steering=caller.role is Role.STEERING,
        cities=tuple(sorted(caller.cities)),
    )
    return await commands.run(RELEASES, PROGRAMME, command)


@router.post("/releases/{release_id}/send-back", response_model=Done)
async def send_back_release(
    release_id: Id, body: Doubt, caller: Approver, database: Database, commands: Commanding
) -> Response:
    """Do not agree, and say why."""
    await _taking_part(database, caller)
    command = SendBackRelease(at=now(), by=caller.subject, release_id=release_id, reason=body.reason)
    return await commands.run(RELEASES, PROGRAMME, command)


@router.post("/releases/{release_id}/publish", response_model=Done)
async def publish_release(release_id: Id, caller: Coordinator, database: Database, commands: Commanding) -> Response:
    """Make it public, whole and for ever."""
    await _coordinating(database, caller)
    command = PublishRelease(at=now(), by=caller.subject, release_id=release_id)
    return await commands.run(RELEASES, PROGRAMME, command)


async def _coordinating(database: Database, caller: Caller) -> None:
    async with database.acquire() as connection:
        await require_coordinating(connection, caller)


async def _taking_part(database: Database, caller: Caller) -> None:
    async with database.acquire() as connection:
        await require_taking_part(connection, caller)


@public_router.get("/public/releases")
async def published_releases(database: Database, paging: Paging) -> Page[Listed]:
    """Every published release, in the order of their numbers."""
    async with database.acquire() as connection:
        found = await published(connection, paging.key(0)[0], paging.rows)
    return paging.page(found, lambda each: [each.number])


@public_router.get("/public/releases/{number}")
async def read_published_release(number: NumberOf, database: Database) -> Document:
    """One published release, whole."""
    return await _document(database, number)


@public_router.get("/public/releases/{number}/view")
async def view_published_release(
    number: NumberOf,
    database: Database,
    city: Annotated[City | None, Query(description="of one city")] = None,
    sector: Annotated[Code | None, Query(description="of one sector, alone or in its group")] = None,
) -> View:
    """What it says of one city, or of the sector of one partner."""
    return view_of(await _document(database, number), city, sector)


@public_router.get("/public/releases/{number}/export", response_class=Response)
async def export_release(
    number: NumberOf,
    database: Database,
    format: Literal["csv", "csvw", "xlsx", "json"] = "csv",  # noqa: A002 - the parameter's name on the web
) -> Response:
    """As a file: CSV, its description (CSVW), XLSX, or the canonical JSON that the digest is of."""
    async with database.acquire() as connection:
        told, document = await published_bytes(connection, number), await published_document(connection, number)
        listed = await published(connection, number - 1, 1)
    if told is None or document is None:
        raise NotVisible
    match format:
        case "json":
            content = told
        case "csv":
            content = as_csv(document)
        case "csvw":
            content = as_csvw(document, f"release-{number}.csv")
        case "xlsx":
            content = as_xlsx(document, listed[0].digest)
    named = {"Content-Disposition": f'attachment; filename="release-{number}.{format}"'}
    return Response(content, media_type=_MEDIA[format], headers=named)


async def _document(database: Database, number: int) -> Document:
    async with database.acquire() as connection:
        document = await published_document(connection, number)
    if document is None:
        raise NotVisible
    return document
