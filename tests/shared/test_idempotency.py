"""The same request twice under one key is done once and answered the same twice, and the key tells nobody anything."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.shared.boxes import Closed, Desk, Filled, opened

AT_ONCE = 12
WEEK = timedelta(days=7)
# How each kind of answer is asked for: path, body, with a token or without.
WAYS: dict[str, tuple[str, Any, bool]] = {
    "created": ("/boxes/b-1", None, False),
    "a step that is refused when asked again": ("/boxes/b-1/fill", {"thing": 7}, False),
    "a step that changes nothing when asked again": ("/boxes/b-1/close", None, False),
    "something new to whoever asks": ("/boxes/b-1/tickets", None, False),
    "the same in public": ("/public/boxes/b-1/tickets", {"thing": 1}, True),
    "a write that is no command, with a token": ("/boxes/b-1/opinions", {"thing": 1}, False),
    "a write that is no command": ("/public/boxes/b-1/opinions", None, True),
}


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(pool, tmp_path) as desk:
        yield desk


def key() -> str:
    return uuid.uuid4().hex


def told(answer: httpx.Response) -> tuple[int, bytes]:
    return answer.status_code, answer.content


async def traces(desk: Desk) -> tuple[int, int]:
    """How many events and opinions there are."""
    pool = desk.store.pool
    return await pool.fetchval("select count(*) from events"), await pool.fetchval("select count(*) from opinions")


@pytest.mark.parametrize("way", list(WAYS))
async def test_many_at_once_under_one_key_are_one_event_and_one_answer(desk: Desk, way: str) -> None:
    path, body, public = WAYS[way]
    if way != "created":
        assert (await desk.ask("/boxes/b-1")).status_code == 201
    for _ in range(3):
        before, same = await traces(desk), key()
        answers = await asyncio.gather(*(desk.ask(path, same, body, public=public) for _ in range(AT_ONCE)))
        assert len({told(answer) for answer in answers}) == 1
        assert answers[0].is_success
        assert sum("idempotent-replayed" in answer.headers for answer in answers) == AT_ONCE - 1
        events, opinions = (now - then for now, then in zip(await traces(desk), before, strict=True))
        assert (events, opinions) in {(1, 0), (3, 0), (0, 1)}
        if way.startswith(("created", "a step")):
            break


@pytest.mark.parametrize("way", list(WAYS))
async def test_a_key_used_for_something_else_is_refused_and_another_callers_is_another_key(
    desk: Desk, way: str
) -> None:
    path, body, public = WAYS[way]
    for box in ("b-1", "b-2"):
        await desk.ask(f"/boxes/{box}")
    same = key()
    first = await desk.ask(path, same, body, public=public)
    other = await desk.ask(path.replace("b-1", "b-2"), same, body, public=public)
    if public:
        assert other.is_success
        assert "idempotent-replayed" not in other.headers
    else:
        assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
        somebody = await desk.ask(path, same, body, subject="worker-2")
        assert "idempotent-replayed" not in somebody.headers
    assert told(await desk.ask(path, same, body, public=public)) == told(first)


async def test_where_a_caller_ends_and_his_key_begins_counts(desk: Desk) -> None:
    first = await desk.ask("/boxes/b-1/tickets", "12", subject="worker")
    other = await desk.ask("/boxes/b-1/tickets", "2", subject="worker1")
    assert (first.json()["nth"], other.json()["nth"]) == (1, 2)


async def test_the_query_and_the_body_belong_to_the_request(desk: Desk) -> None:
    same = key()
    assert (await desk.ask("/boxes/b-1", same)).status_code == 201
    assert (await desk.ask("/boxes/b-1?city=Brugge", same)).json()["code"] == "idempotency-key-reused"
    same = key()
    assert (await desk.ask("/boxes/b-1/fill", same, {"thing": 1})).status_code == 200
    assert (await desk.ask("/boxes/b-1/fill", same, {"thing": 2})).json()["code"] == "idempotency-key-reused"


async def test_without_a_token_nobody_reads_what_another_was_answered(desk: Desk) -> None:
    same = key()
    first = (await desk.ask("/public/boxes/b-1/tickets", same, {"thing": 1}, public=True)).json()
    other = (await desk.ask("/public/boxes/b-1/tickets", same, {"thing": 2}, public=True)).json()
    assert first["ticket"] != other["ticket"]
    assert (await desk.ask("/public/boxes/b-1/tickets", same, {"thing": 1}, public=True)).json() == first
    guessed = await desk.ask("/public/boxes/b-1/tickets", "1", {"thing": 1}, public=True)
    assert (guessed.status_code, guessed.json()["code"]) == (422, "idempotency-key-not-valid")


VALID = ["1", " a b ~", "x" * 200, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"]
NOT_VALID: list[str | bytes] = [
    "", "x" * 201, "x" * 2600, "x" * 2800, "x" * 6000, "é", b"\xff\xfe", b"a\x01b", b"a\x7f", b"a\tb", b"\xe2\x82\xac",
]  # fmt: skip


@pytest.mark.parametrize("sent", VALID)
async def test_a_key_is_up_to_two_hundred_printable_characters(desk: Desk, sent: str) -> None:
    for replayed in (False, True):
        answer = await desk.ask("/boxes/b-1", sent)
        assert answer.status_code == 201
        assert ("idempotent-replayed" in answer.headers) is replayed


@pytest.mark.parametrize("sent", NOT_VALID, ids=lambda sent: f"{sent[:9]!r}{len(sent)}")
@pytest.mark.parametrize("way", list(WAYS))
async def test_any_other_key_is_wrong_input(desk: Desk, sent: str | bytes, way: str) -> None:
    path, body, public = WAYS[way]
    answer = await desk.ask(path, sent, body, public=public)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-not-valid")
    assert answer.json()["detail"]["nl"]
    assert await traces(desk) == (0, 0)


async def test_two_keys_are_none(desk: Desk) -> None:
    head = [("idempotency-key", key()), ("idempotency-key", key()), *desk.bearer().items()]
    answer = await desk.client.post("/boxes/b-1", headers=head)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-not-valid")


@pytest.mark.parametrize("what", ["fill", "opinions"])
async def test_who_lost_his_right_is_told_nothing_again(desk: Desk, what: str) -> None:
    same = key()
    await desk.ask("/boxes/b-1")
    assert (await desk.ask(f"/boxes/b-1/{what}", same, {"thing": 1})).status_code == 200
    moved = await desk.ask(f"/boxes/b-1/{what}", same, {"thing": 1}, city="Brugge")
    unknown = await desk.ask(f"/boxes/b-9/{what}", key(), {"thing": 1}, city="Brugge")
    assert told(moved) == told(unknown)
    assert moved.status_code == 404
    assert (await desk.ask(f"/boxes/b-1/{what}", same, {"thing": 1})).headers["idempotent-replayed"] == "true"


async def test_what_was_created_is_answered_as_it_first_was_whatever_happened_since(desk: Desk) -> None:
    first = await desk.ask("/boxes/b-1")
    for thing in range(5):
        await desk.ask("/boxes/b-1/fill", None, {"thing": thing})
        assert told(await desk.ask("/boxes/b-1")) == told(first)
        assert told(await desk.ask("/boxes/b-1", key())) == told(first)
    assert first.json() == {"version": 3}
    assert len(await desk.events("b-1")) == 8


async def test_a_refusal_is_not_kept(desk: Desk) -> None:
    same = key()
    await desk.ask("/boxes/b-1")
    await desk.ask("/boxes/b-1/fill", None, {"thing": 1})
    assert (await desk.ask("/boxes/b-1/fill", same, {"thing": 1})).status_code == 409
    assert (await desk.ask("/boxes/b-1/fill", same, {"thing": 2})).status_code == 200
    assert await desk.events("b-1") == [*(await desk.events("b-1"))[:3], Filled(thing=1), Filled(thing=2)]


async def test_the_answer_is_the_first_even_when_the_second_would_be_refused_by_now(desk: Desk) -> None:
    same = key()
    await desk.ask("/boxes/b-1")
    first = await desk.ask("/boxes/b-1/fill", same, {"thing": 1})
    await desk.ask("/boxes/b-1/close")
    assert (await desk.ask("/boxes/b-1/fill", None, {"thing": 2})).status_code == 409
    assert told(await desk.ask("/boxes/b-1/fill", same, {"thing": 1})) == told(first)
    assert (await desk.events("b-1"))[-1] == Closed()


async def test_the_table_alone_reveals_neither_request_nor_answer(desk: Desk) -> None:
    same, body = "a-key-of-somebody", {"thing": 123456}
    await desk.ask("/boxes/b-1")
    answers = [
        await desk.ask("/boxes/b-1/fill", same, body),
        await desk.ask("/public/boxes/b-1/tickets", same, body, public=True),
    ]
    ticket = answers[1].json()["ticket"]
    rows = [dict(row) for row in await desk.store.pool.fetch("select * from idempotency_keys")]
    assert len(rows) == 2
    for row in rows:
        told = {name: value if isinstance(value, bytes) else str(value).encode() for name, value in row.items()}
        for secret in (same, "123456", ticket, "worker-1"):
            assert all(secret.encode() not in value for value in told.values())
        sent = b'{"thing":123456}', json.dumps(body).encode(), same.encode()
        asked = b"POST /boxes/b-1/fill\n", b"POST /public/boxes/b-1/tickets\n", b""
        guesses = [a + b for a in asked for b in sent]
        digests = {hashlib.sha256(guess).hexdigest() for guess in guesses}
        for value in (*told.values(), bytes.fromhex(row["key"]), bytes.fromhex(row["request"])):
            digests |= {hmac.new(value, guess, hashlib.sha256).hexdigest() for guess in guesses}
        assert not digests & {row["key"], row["request"]}


async def test_the_document_says_which_requests_take_a_key(desk: Desk) -> None:
    document = desk.app.openapi()
    taking = {
        path
        for path, of_path in document["paths"].items()
        for operation in of_path.values()
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    }
    assert taking == {path.replace("b-1", "{box}") for path, _, _ in WAYS.values()}
    assert "idempotency-key" not in str(document["paths"]["/public/boxes/{box}/look"]).lower()
