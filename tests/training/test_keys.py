"""`Idempotency-Key` on every route that writes: the same request twice is done once, and answered the same."""

from __future__ import annotations

import asyncio
import re
from io import BytesIO
from typing import Any

import asyncpg
import httpx
import pytest
from pypdf import PdfReader

from shared.http.auth import Role
from tests.training.access import ROUTES
from tests.training.conftest import CITY, ORGANISER, SECRET, Desk, newcomer
from tests.training.sides import ON, own
from tests.training.test_access import kept

KEY = "0123456789abcdef"
READS = {("POST", "/public/registrations/standing"), ("POST", "/certificates/{code}")}
WRITES = [endpoint for endpoint in ROUTES if endpoint[0] != "GET" and endpoint not in READS]
SEALED = [
    ("POST", "/trainings/{training_id}/participants/{participant_id}/certificate"),
    ("POST", "/trainings/{training_id}/evaluation/open"),
    ("POST", "/public/trainings/{training_id}/registrations"),
    ("POST", "/trainings/{training_id}/registrations/{participant_id}/link"),
]


def said(answer: httpx.Response) -> Any:
    """What the answer tells; of a certificate its code."""
    if answer.headers.get("content-type") == "application/pdf":
        text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
        return re.findall(r"[A-Za-z0-9_-]{22}", text)[0]
    return answer.json() if answer.content else None


async def asked(desk: Desk, endpoint: tuple[str, str], key: str | None, times: int = 2) -> list[httpx.Response]:
    route = ROUTES[endpoint]
    role = next(iter(route.roles), None)
    names = await getattr(own(desk), route.stage_of(role))()
    file = route.file(names) if route.file else None
    body = route.body(names) if route.body else None
    path = endpoint[1].format(**names)
    return [await desk.ask(endpoint[0], path, body, role, CITY, ORGANISER, key, file) for _ in range(times)]


async def untouched(pool: asyncpg.Pool[asyncpg.Record]) -> list[Any]:
    """All but the looks at names, which a certificate printed again is one of."""
    return (await kept(pool))[:-1]


@pytest.mark.parametrize("endpoint", WRITES, ids=" ".join)
async def test_the_same_request_under_a_key_is_done_once(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], endpoint: tuple[str, str]
) -> None:
    before: list[Any] = []
    original = desk.ask

    async def watched(*given: Any, **more: Any) -> httpx.Response:
        answer = await original(*given, **more)
        before.append(await untouched(pool))
        return answer

    desk.ask = watched  # type: ignore[method-assign]
    first, again = await asked(desk, endpoint, KEY)
    assert (first.status_code, said(first)) == (again.status_code, said(again))
    assert first.status_code == ROUTES[endpoint].status
    assert before[-1] == before[-2]


@pytest.mark.parametrize("endpoint", SEALED, ids=" ".join)
async def test_without_a_key_who_asks_again_gets_another_link(desk: Desk, endpoint: tuple[str, str]) -> None:
    first, again = await asked(desk, endpoint, None)
    assert said(first) != said(again)


@pytest.mark.parametrize("endpoint", SEALED, ids=" ".join)
async def test_no_link_lies_in_clear_beside_its_key(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], endpoint: tuple[str, str]
) -> None:
    (first,) = await asked(desk, endpoint, KEY, 1)
    told = said(first)
    secrets = [told] if isinstance(told, str) else told.get("tokens") or [told["token"]]
    names = [row[0] for row in await pool.fetch("select tablename from pg_tables where schemaname = current_schema()")]
    text = "".join([row[0] for table in names for row in await pool.fetch(f"select t::text from {table} t")])
    assert secrets
    assert not [each for each in (*secrets, SECRET) if each in text]


async def test_a_key_for_another_request_is_refused_and_of_another_caller_is_another_key(desk: Desk) -> None:
    await desk.plan()
    at = "/trainings/t-1/registrations"
    first = await desk.ask("POST", at, newcomer(1) | ON, key=KEY)
    other = await desk.ask("POST", at, newcomer(2) | ON, key=KEY)
    assert (first.status_code, other.json()["code"]) == (201, "idempotency-key-reused")
    public = await desk.ask("POST", f"/public{at}", newcomer(2), None, key=KEY)
    assert public.status_code == 201


async def test_a_key_without_a_token_is_one_that_nobody_meets_by_chance(desk: Desk) -> None:
    await desk.plan()
    for key in ("1", "x" * 201):
        refused = await desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(), None, key=key)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-not-valid")


async def test_at_once_under_one_key_one_is_done_and_all_are_answered_so(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await desk.plan()
    asking = [desk.ask("POST", "/public/trainings/t-1/registrations", newcomer(), None, key=KEY) for _ in range(8)]
    answers = await asyncio.gather(*asking)
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert await pool.fetchval("select count(*) from entries") == 1


async def test_a_lost_answer_with_the_links_of_an_evaluation_can_be_asked_for_anew(desk: Desk) -> None:
    await desk.held(3)
    lost = await desk.done("POST", "/trainings/t-1/evaluation/open", ON)
    answer = {"score": 8, "confidence_before": 2, "confidence_after": 4}
    await desk.done("POST", "/public/evaluations", answer | {"token": lost["tokens"][0]}, None)
    anew = await desk.done("POST", "/trainings/t-1/evaluation/links", ON)
    assert len(anew["tokens"]) == 2
    old = await desk.ask("POST", "/public/evaluations", answer | {"token": lost["tokens"][1]}, None)
    assert old.json()["code"] == "link-not-valid"
    for token in anew["tokens"]:
        await desk.done("POST", "/public/evaluations", answer | {"token": token}, None)
    assert (await desk.done("GET", "/trainings/t-1/evaluation"))["answers"] == 3


async def test_a_certificate_is_not_printed_again_under_a_name_that_was_corrected(desk: Desk) -> None:
    (person,) = await desk.held(1)
    path = f"/trainings/t-1/participants/{person}/certificate"
    assert (await desk.ask("POST", path, ON, key=KEY)).status_code == 200
    await desk.done("PUT", f"/people/{person}/name", {"name": "Iemand Anders"})
    refused = await desk.ask("POST", path, ON, key=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "certificate-of-another-name")
    await desk.done("DELETE", f"/people/{person}", None, Role.TRAINER)
    assert (await desk.ask("POST", path, ON, key=KEY)).status_code == 404


async def test_who_is_erased_is_gone_from_the_answers_that_are_kept(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    (person,) = await desk.held(1)
    query = "select count(*) from idempotency_keys where stream = 'training-t-1'"
    assert await pool.fetchval(query) > 0
    await desk.done("DELETE", f"/people/{person}", None)
    assert await pool.fetchval(query) == 0
