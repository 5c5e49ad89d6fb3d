"""A certificate for who was there, and what anybody may ask of one: whether it is valid, and nothing more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, get_args
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from services.training import links, organisations
from services.training.api.desk import TRAININGS, TRAINS, Desk
from services.training.certificate import Certificate, check_page, pdf
from services.training.commands import training as ask
from services.training.events.values import Day
from services.training.people import Contact
from services.training.requests import Told
from services.training.views import certificates, registrations, trainings
from services.training.views.trainings import Training
from shared.callers import Caller
from shared.requests import stamp
from shared.terms import Id
from shared.texts import Language
from shared.web import READS, NotVisible

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
        """A PDF in the language of its holder; its code stands on it and is kept nowhere."""
        await desk.trains(caller, training_id)
        holder, training, language = await _of_whom(desk, caller, training_id, participant_id)
        code = links.mint()
        command = ask.IssueCertificate(
            **stamp(caller),
            training_id=training_id,
            participant_id=participant_id,
            on=body.on,
            digest=links.digest(code),
            named=links.named(code, holder.name),
        )
        await desk.commands.decide(trainings.stream(training_id), TRAININGS, command)
        base = desk.public_url or str(request.base_url)
        url = base.rstrip("/") + request.app.url_path_for("check_certificate", code=code)
        certificate = await _certificate(desk, code, holder.name, training, language, url)
        return Response(await run_in_threadpool(pdf, certificate), media_type="application/pdf")


async def _of_whom(
    desk: Desk, caller: Caller, training_id: str, participant_id: str
) -> tuple[Contact, Training, Language]:
    async with desk.pool.acquire() as connection, connection.transaction():
        language = await registrations.language_of(connection, training_id, participant_id)
        training = await trainings.one(connection, training_id)
        if language is None or training is None:
            raise NotVisible
        holder = await desk.people.look(connection, participant_id, caller.subject, "certificate")
    if holder is None:
        raise NotVisible
    return holder, training, language


async def _certificate(
    desk: Desk, code: str, holder: str, training: Training, language: Language, url: str
) -> Certificate:
    async with desk.pool.acquire() as connection:
        known = await organisations.by_id(connection, training.days[-1].on)
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
        check_url=url,
    )


def _hours(day: Day) -> float:
    lasts = datetime.combine(day.on, day.ends) - datetime.combine(day.on, day.begins)
    return lasts.total_seconds() / 3600


def _check(router: APIRouter, desk: Desk) -> None:
    @router.get("/certificates/{code}", tags=["public"], response_class=HTMLResponse)
    async def check_certificate(code: str, language: Spoken) -> HTMLResponse:
        """Whether there is a valid certificate with this code."""
        return await _answer(desk, language, links.digest(code))

    @router.post("/certificates/{code}", tags=["public"], response_class=HTMLResponse, openapi_extra=_FORM)
    async def check_name_on_certificate(request: Request, code: str, language: Spoken) -> HTMLResponse:
        """Whether there is one with this code and this name on it: a name that was altered is not valid."""
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        name = sent.get("name", [""])[0]
        return await _answer(desk, language, links.digest(code), links.named(code, name))


async def _answer(desk: Desk, language: Language, digest: str, named: str | None = None) -> HTMLResponse:
    async with desk.pool.acquire() as connection:
        valid = await certificates.holds(connection, digest, named)
    page = await run_in_threadpool(check_page, valid, language, of_name=named is not None)
    return HTMLResponse(page, headers=_HEAD)


def _preferred(language: Language | None = None, accept_language: Annotated[str, Header()] = "") -> Language:
    """The language that was asked for, or else the first a browser asks for that we speak."""
    if language:
        return language
    for each in accept_language.split(","):
        for spoken in get_args(Language):
            if each.strip().lower().startswith(spoken):
                return spoken  # type: ignore[no-any-return]
    return "nl"


Spoken = Annotated[Language, Depends(_preferred)]
