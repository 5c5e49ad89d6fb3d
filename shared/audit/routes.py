"""The audit trail over HTTP, for the data-protection contact alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from shared.audit.trail import note_look
from shared.domain.bounds import Subject
from shared.domain.messages import Message
from shared.http.auth import Role
from shared.http.authorization import allow
from shared.http.pagination import Page, Paging
from shared.i18n.code_lists import Id

router = APIRouter(tags=["ops"], dependencies=[allow(Role.DATA_PROTECTION)])

_NEWEST = 2**62


class AuditEntry(Message):
    """One entry, as it was written."""

    id: int
    at: datetime
    who: str | None
    role: str | None
    came_by: str
    method: str
    route: str
    about: Sequence[str]
    outcome: int
    correlation: str


@router.get("/audit")
async def audit_trail(
    request: Request,
    paging: Paging,
    who: Annotated[Subject | None, Query(description="of this pseudonym only")] = None,
    about: Annotated[Id | None, Query(description="about this id only")] = None,
) -> Page[AuditEntry]:
    """Who did and looked at what, the newest first; reading it is in it too."""
    note_look(request)
    rows = await request.app.state.pool.fetch(
        "select id, at, who, role, came_by, method, route, about, outcome, correlation from audit_entries"
        " where id < $1 and ($2::text is null or who = $2) and ($3::text is null or $3 = any(about))"
        " order by id desc limit $4",
        paging.key(_NEWEST)[0],
        who,
        about,
        paging.rows,
    )
    return paging.page([AuditEntry(**row) for row in rows], lambda each: [each.id])
