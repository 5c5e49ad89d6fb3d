"""A certificate for who was there, and what anybody may ask of one: whether it is valid, and nothing more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, get_args
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from services.training import links, organisations
from services.training.api.access import TRAINS, gives, reads_training
from services.training.api.desk import Desk
from services.training.certificate import Certificate, check_page, pdf
from services.training.commands import training as ask
from services.training.events.values import TimeSlot
from services.training.requests import Told
from services.training.views import certificates, registrations, trainings
from services.training.views.trainings import Training
from shared.domain.messages import Refused
from shared.http.auth import Caller
from shared.http.idempotency_key import READS
from shared.http.problems import NotVisible
from shared.http.requests import stamp
from shared.i18n.code_lists import Id
from shared.i18n.text import Language, spoken

_FORM: dict[str, Any] = {
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


def add(router: APIRouter, desk: Desk) -> None:
    """These routes."""
    _issue(router, desk)
    _check(router, desk)


def _issue(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/trainings/{training_id}/participants/{participant_id}/certificate",
        tags=["certificates"],
        response_class=Response,
        responses={200: {"content": {"application/pdf": {}}}},
    )
    async def issue_certificate(
        request: Request, training_id: Id, participant_id: Id, body: Told, caller: Caller = TRAINS
    ) -> Response:
        """A PDF in the language of its holder; its code stands on it and is kept nowhere in clear."""
        holder, training, language = await _of_whom(desk, caller, training_id, participant_id)
        code = links.mint()
        command = ask.IssueCertificate(
            **stamp(caller),
            training_id=training_id,
            participant_id=participant_id,
            on=body.on,
            digest=links.digest(code),
            named=links.named(code, holder),
        )
        said, permit, at = {"code": code}, gives(caller), trainings.stream(training_id)
        answered = await desk.answer(
            request, caller.subject, at, desk.trainings, command, body=lambda _: said, permit=permit
        )
        printed = str(answered["code"])
        await _require_same_name(desk, printed, holder)
        certificate = await _certificate(desk, request, printed, holder, training, language)
        return Response(await run_in_threadpool(pdf, certificate), media_type="application/pdf")


async def _of_whom(desk: Desk, caller: Caller, training_id: str, participant_id: str) -> tuple[str, Training, Language]:
    """The name that is printed. Raises Refused while several were written and none is confirmed."""
    at = trainings.stream(training_id)
    async with desk.pool.acquire() as connection, connection.transaction():
        await reads_training(connection, caller, training_id)
        language = await registrations.language_of(connection, training_id, participant_id)
        training = await trainings.one(connection, training_id)
        names = await desk.people.names(connection, at, [participant_id], caller.subject, "certificate")
    if language is None or training is None or participant_id not in names:
        raise NotVisible
    called = names[participant_id]
    if called.others and not called.confirmed:
        raise Refused("name-not-confirmed")
    return called.name, training, spoken(language)


async def _require_same_name(desk: Desk, code: str, holder: str) -> None:
    """Asked again under the same key after the name was corrected, there is nothing right to print."""
    async with desk.pool.acquire() as connection:
        if not await certificates.holds(connection, links.digest(code), links.named(code, holder)):
            raise Refused("certificate-of-another-name")


async def _certificate(
    desk: Desk, request: Request, code: str, holder: str, training: Training, language: Language
) -> Certificate:
    async with desk.pool.acquire() as connection:
        known = await organisations.by_id(connection, [training.organiser], training.days[-1].on)
    base = desk.public_url or str(request.base_url)
    return Certificate(
        code=code,
        holder=holder,
        title=training.title,
        kind=training.kind,
        days=tuple(day.on for day in training.days),
        city="" if training.online else training.city,
        organiser=known[training.organiser].name if training.organiser in known else training.organiser,
        hours=sum(map(_hours, training.days)),
        language=language,
        check_url=base.rstrip("/") + request.app.url_path_for("check_certificate", code=code),
    )


def _hours(day: TimeSlot) -> float:
    lasts = datetime.combine(day.on, day.ends) - datetime.combine(day.on, day.begins)
    return lasts.total_seconds() / 3600


def _check(router: APIRouter, desk: Desk) -> None:
    @router.get("/certificates/{code}", tags=["public"], response_class=HTMLResponse)
    async def check_certificate(code: Code, language: Spoken) -> HTMLResponse:
        """Whether there is a valid certificate with this code."""
        return await _answer(desk, language, links.digest(code))

    @router.post("/certificates/{code}", tags=["public"], response_class=HTMLResponse, openapi_extra=_FORM)
    async def check_name_on_certificate(request: Request, code: Code, language: Spoken) -> HTMLResponse:
        """Whether there is one with this code and this name on it: a name that was altered is not valid."""
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        name = sent.get("name", [""])[0][:_LONGEST_NAME]
        return await _answer(desk, language, links.digest(code), links.named(code, name))


async def _answer(desk: Desk, language: Language, digest: str, named: str | None = None) -> HTMLResponse:
    async with desk.pool.acquire() as connection:
        valid = await certificates.holds(connection, digest, named)
    page = await run_in_threadpool(check_page, valid, language, of_name=named is not None)
    return HTMLResponse(page, headers=_HEAD)


def _preferred(request: Request, language: Language | None = None) -> Language:
    """The language that was asked for, or else the first a browser asks for that we speak."""
    if language:
        return language
    said = request.headers.get("accept-language", "")[:_LONGEST_HEADER].split(",")
    spoken_here = (spoken for each in said for spoken in get_args(Language) if each.strip().lower().startswith(spoken))
    return next(spoken_here, "nl")


Code = Annotated[str, Path(max_length=200)]
Spoken = Annotated[Language, Depends(_preferred)]
