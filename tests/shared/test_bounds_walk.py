"""The walk that refuses a value without a bound finds every kind of one, however deep it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import pytest
from annotated_types import Interval, Len
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from shared.domain.bounds import Count, Day, Line, Moment
from shared.http.pagination import After, Limit
from shared.i18n.code_lists import Availability, City, Id
from tests.bounds_walk import unbounded, unbounded_parameters


class Inner(BaseModel):
    text: str


class Circle(BaseModel):
    again: Circle | None = None
    n: Count = 0


@dataclass
class Plain:
    day: date


class Pair(NamedTuple):
    n: int


def asked(q: str) -> str:
    return q


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


Pattern = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Loose = Annotated[str, StringConstraints(pattern=r"[a-z]{3}")]
Either = Annotated[str, StringConstraints(pattern=r"^a|b$")]
UNBOUNDED = [
    str, int, float, date, datetime, timedelta, Decimal, bytes, Any, object, dict, list, tuple, Pattern, Loose, Either,
    str | None, Line | str, tuple[str, Line], tuple[Line, ...], list[Count], Sequence[Count], frozenset[Id],
    dict[Line, Count], Mapping[str, Count], Annotated[dict[Line, str], Field(max_length=3)],
    Annotated[tuple[str, ...], Field(max_length=3)], Annotated[int, Field(ge=0)], Annotated[int, Field(le=3)],
    Annotated[float, Field(ge=0, le=1)], Annotated[date, Field(ge=date(2000, 1, 1))], Inner, Plain, Pair, Open,
    tuple[Inner, Count], Inner | None, Annotated[list[Inner], Len(0, 3)],
]  # fmt: skip
BOUNDED = [
    bool, None, Day, Moment, Count, Line, City, Id, UUID, Literal["a"], Day | None, Availability, tuple[Day, Count],
    Annotated[tuple[Line, ...], Field(max_length=3)], Annotated[dict[Line, Count], Field(max_length=3)], Circle,
    Annotated[int, Interval(ge=0, le=3)], Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)],
    Annotated[list[Count], Len(0, 3)], Annotated[str, StringConstraints(pattern=r"^[*+a-z]{1,3}x?$")],
]  # fmt: skip


@pytest.mark.parametrize("kind", UNBOUNDED)
def test_what_has_no_bound_is_found(kind: Any) -> None:
    assert unbounded(create_model("Told", field=(kind, ...)))
    assert unbounded(create_model("Told", field=(kind, Field(description="said"))))


@pytest.mark.parametrize("kind", BOUNDED)
def test_what_has_a_bound_is_not(kind: Any) -> None:
    assert unbounded(create_model("Told", field=(kind, ...))) == []


def test_the_place_is_told() -> None:
    assert unbounded(create_model("Told", inner=(Annotated[tuple[Inner, ...], Field(max_length=2)], ()))) == [
        "Told.inner[0].text: a text without a length"
    ]


def test_parameters_of_routes_and_of_what_they_depend_on_are_walked() -> None:
    router = APIRouter()

    @router.get("/{given}/{named}")
    async def read(given: str, named: Id, on: Day, _: Annotated[str, Depends(asked)], limit: Limit = 1) -> None: ...

    @router.get("/paged")
    async def paged(after: After = None, name: Annotated[str | None, Query(max_length=3)] = None) -> None: ...

    @router.post("/")
    async def write(body: Inner) -> None: ...

    app = FastAPI()
    app.include_router(router, prefix="/included")
    for routes in (router.routes, app.routes):
        found = [each.partition(":")[0] for each in unbounded_parameters(routes)]
        assert found == ["/ body.text", "/{given}/{named} given", "/{given}/{named} q"]
