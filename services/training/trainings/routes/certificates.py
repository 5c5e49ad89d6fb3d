"""A certificate for who was there, and what anybody may ask of one: whether it is valid, and nothing more."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, get_args
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from services.training import links
from services.training.access import Member, Persons, Reading, Trainer, gives, require_training
from services.training.documents.certificate import Certificate, check_page, pdf
from services.training.personal_data.store import People
from services.training.printing import prints
from services.training.queries import organisations, registrations, trainings
from services.training.refusals import Refusal
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.commands import IssueCertificate
from services.training.values import TimeSlot
from shared.domain.clock import now
from shared.domain.messages import Dated, JsonObject, Refused
from shared.eventstore.event_store import Connection
from shared.http.commands import Commanding, Commands
from shared.http.idempotency_key import READS
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id
from shared.i18n.text import Language, spoken

router = APIRouter()
_FORM: JsonObject = {
    **READS,
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
            }
        }
    },
}
_LONGEST_NAME, _LONGEST_HEADER = 200, 500
_HEAD = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'",
}


@router.post(
    "/trainings/{training_id}/participants/{participant_id}/certificate",
    tags=["certificates"],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def issue_certificate(
    request: Request,
    training_id: Id,
    participant_id: Id,
    body: Dated,
    caller: Trainer,
    commands: Commanding,
    people: Persons,
) -> Response:
    """A PDF in the language of its holder; its code stands on it and is kept nowhere in clear."""
    code = links.mint()
    async with commands.store.pool.acquire() as connection:
        certificate = await _certificate(connection, people, caller, request, training_id, participant_id, code)
    command = IssueCertificate(
        at=now(),
        by=caller.subject,
        training_id=training_id,
        on=body.on,
        participant_id=participant_id,
        digest=links.digest(code),
        named=links.named(code, certificate.holder),
    )
    kept = await commands.answer(
        TRAINING, training_id, command, check_access=partial(gives, caller), content=lambda _: {"code": code}
    )
    if kept.replayed:
        certificate = await _printed_again(commands, certificate, request, str(kept.body["code"]))
    return Response(await run_in_threadpool(pdf, certificate), media_type="application/pdf")


async def _certificate(
    connection: Connection,
    people: People,
    caller: Member,
    request: Request,
    training_id: str,
    participant_id: str,
    code: str,
) -> Certificate:
    """Raises Refused while several names were written and none is confirmed."""
    await require_training(connection, caller, training_id)
    language = await registrations.language_of(connection, training_id, participant_id)
    training = await trainings.one(connection, training_id)
    stream = TRAINING.stream(training_id)
    holder = (await people.names(connection, stream, [participant_id], caller.subject, "certificate"))[participant_id]
    if holder.restricted and holder.name is None:
        raise Refused(Refusal.USE_RESTRICTED)
    if language is None or training is None or holder.name is None:
        raise NotVisible
    if holder.other_names and not holder.name_confirmed:
        raise Refused(Refusal.NAME_NOT_CONFIRMED)
    prints(name=holder.name)
    days = await registrations.days_of(connection, training_id, participant_id)
    attended = [day for day in training.days if days is None or day.on in days]
    return Certificate(
        code=code,
        holder=holder.name,
        title=training.title,
        kind=training.kind,
        days=tuple(day.on for day in attended),
        city="" if training.online else training.city,
        organiser=await organisations.name_of(connection, training.organiser, training.days[-1].on),
        hours=sum(map(_hours, attended)),
        language=spoken(language),
        check_url=_check_url(request, code),
    )


async def _printed_again(commands: Commands, certificate: Certificate, request: Request, code: str) -> Certificate:
    """With the code of before, unless the name was corrected since: then there is nothing right to print."""
    async with commands.store.pool.acquire() as connection:
        named = links.named(code, certificate.holder)
        if not await registrations.certificate_holds(connection, links.digest(code), named):
            raise Refused(Refusal.CERTIFICATE_OF_ANOTHER_NAME)
    return certificate.model_copy(update={"code": code, "check_url": _check_url(request, code)})


def _check_url(request: Request, code: str) -> str:
    base = request.app.state.settings.public_url or str(request.base_url)
    return str(base.rstrip("/") + request.app.url_path_for("check_certificate", code=code))


def _hours(day: TimeSlot) -> float:
    lasts = datetime.combine(day.on, day.ends) - datetime.combine(day.on, day.begins)
    return lasts.total_seconds() / 3600


def _preferred(request: Request, language: Language | None = None) -> Language:
    """The language that was asked for, or else the first a browser asks for that we speak."""
    if language:
        return language
    asked = request.headers.get("accept-language", "")[:_LONGEST_HEADER].split(",")
    spoken_here = (spoken for each in asked for spoken in get_args(Language) if each.strip().lower().startswith(spoken))
    return next(spoken_here, "nl")


Code = Annotated[str, Path(max_length=200)]
Spoken = Annotated[Language, Depends(_preferred)]


@router.get("/certificates/{code}", tags=["public"], response_class=HTMLResponse)
async def check_certificate(code: Code, language: Spoken, connection: Reading) -> HTMLResponse:
    """Whether there is a valid certificate with this code."""
    valid = await registrations.certificate_holds(connection, links.digest(code))
    return HTMLResponse(await run_in_threadpool(check_page, valid, language), headers=_HEAD)


@router.post("/certificates/{code}", tags=["public"], response_class=HTMLResponse, openapi_extra=_FORM)
async def check_name_on_certificate(
    request: Request, code: Code, language: Spoken, connection: Reading
) -> HTMLResponse:
    """Whether there is one with this code and this name on it: a name that was altered is not valid."""
    sent = parse_qs((await request.body()).decode("utf-8", "replace"))
    name = sent.get("name", [""])[0][:_LONGEST_NAME]
    valid = await registrations.certificate_holds(connection, links.digest(code), links.named(code, name))
    return HTMLResponse(await run_in_threadpool(check_page, valid, language, of_name=True), headers=_HEAD)
