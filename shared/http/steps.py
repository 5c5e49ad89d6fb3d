"""Steps on a road over HTTP: routes that differ in their body and command only, and the steps taken."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, Field

from shared.domain.messages import Command, Recorded
from shared.http.auth import Caller
from shared.http.commands import Done
from shared.http.requests import fields_of, stamp
from shared.i18n.code_lists import Id

Take: TypeAlias = "Callable[[Request, Caller, Any], Awaitable[Response]]"


def add_step(
    router: APIRouter,
    path: str,
    body: type[BaseModel],
    command: type[Command],
    allowed: Any,  # noqa: ANN401 - a FastAPI dependency
    take: Take,
    tag: str,
) -> None:
    """POST `path`: its ids and `body` make `command`, stamped, which `take` answers."""
    ids = re.findall(r"{(\w+)}", path)

    async def answer(**given: Any) -> Response:  # noqa: ANN401 - as the signature says
        caller: Caller = given["caller"]
        named = {name: given[name] for name in ids}
        return await take(given["request"], caller, command(**stamp(caller), **named, **fields_of(given["body"])))

    kinds: dict[str, Any] = {"request": Request} | dict.fromkeys(ids, Id) | {"body": Annotated[body, Body()]}
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in kinds.items()]
    parameters.append(Parameter("caller", Parameter.KEYWORD_ONLY, annotation=Caller, default=allowed))
    answer.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    answer.__name__ = command.__name__
    answer.__doc__ = command.__doc__
    router.post(path, response_model=Done, tags=[tag])(answer)


class Step(BaseModel):
    """One fact on a road: what, on which day, and when it was recorded."""

    version: int = Field(ge=1)
    what: str
    on: date
    recorded_at: datetime


def day_of(event: Any) -> date:  # noqa: ANN401 - any fact that has a day
    """The day on which it happened."""
    day: date = getattr(event, "on", None) or event.received_on
    return day


def timeline_of(facts: Sequence[Recorded[Any]]) -> list[Step]:
    """The steps of a stream, oldest first."""
    return [
        Step(
            version=fact.version,
            what=type(fact.event).__name__,
            on=day_of(fact.event),
            recorded_at=fact.at,
        )
        for fact in facts
    ]
