"""What a caller may send, how large, how slow and how often: asked of a real server over real sockets."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from deploy.local.tokens import ensure_keys, token
from shared.callers import Caller, Gate, Role
from shared.health import Health
from shared.settings import Settings
from shared.terms import terms
from shared.web import allow, create_app
from shared.web.bodies import DECLARED
from shared.web.limits import LARGEST_DECLARED, Limits
from tests.openapi import serving

SMALL = Limits(
    head_bytes=4000, head_fields=20, target_bytes=500, body_bytes=100_000, anonymous_body_bytes=10_000, json_depth=5,
    json_digits=10, head_seconds=1, body_seconds=1, answer_seconds=2, taking_seconds=1, idle_seconds=1,
)  # fmt: skip
PATIENCE = 20.0
ANSWER = 3_000_000


class Thing(BaseModel):
    """Any JSON object."""

    name: str = ""
    more: Any = None


def application(home: Path, limits: Limits) -> FastAPI:
    """Routes that read a body, read a large one, read none, answer much, and take their time."""
    settings = Settings()
    gate = Gate(ensure_keys(home), settings.auth_issuer, settings.auth_audience)
    app = create_app("Small", gate, {}, Health(), limits=limits)

    @app.post("/things")
    async def things(body: Thing) -> int:
        return len(body.name)

    @app.post("/lists", openapi_extra={DECLARED: 300_000})
    async def lists(request: Request, caller: Caller = allow(Role.TRAINER)) -> int:
        return len(await request.body())

    @app.post("/bodiless")
    async def bodiless() -> int:
        return 1

    @app.get("/much")
    async def much() -> Response:
        return Response(b"x" * ANSWER)

    @app.get("/slow")
    async def slow() -> int:
        await asyncio.sleep(60)
        return 1

    return app


@dataclass
class Server:
    """Where it is, and how to talk to it byte by byte."""

    port: int
    home: Path

    def bearer(self, role: Role = Role.TRAINER, subject: str | None = None) -> str:
        return f"Bearer {token(role, 'org-1', ['Oostende'], subject, home=self.home)}"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def said(self, *pieces: bytes, every: float = 0) -> bytes:
        """Everything it says to these pieces, sent one after another, until it closes the connection."""
        async with asyncio.timeout(PATIENCE), self.connection() as (reader, writer):
            sending = asyncio.create_task(self._send(writer, pieces, every))
            heard = b""
            try:
                while piece := await reader.read(65536):
                    heard += piece
            except ConnectionError:
                pass
            finally:
                sending.cancel()
            return heard

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, pieces: tuple[bytes, ...], every: float) -> None:
        for piece in pieces:
            writer.write(piece)
            try:
                await writer.drain()
            except ConnectionError:
                return
            await asyncio.sleep(every)

    async def well(self) -> bool:
        """Whether it still answers an honest caller."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE) as client:
            answer = await client.post("/things", json={"name": "abc"})
            return (answer.status_code, answer.json()) == (200, 3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("limits")
    with serving(application(home, SMALL), Settings(), SMALL) as port:
        yield Server(port, home)


def status(heard: bytes) -> int | None:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", heard)
    return int(found[1]) if found else None


def code(heard: bytes) -> str:
    """The stable code of a problem, whose sentence stands in the terms."""
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    said: dict[str, Any] = json.loads(body)
    assert said["detail"] == terms().refusals[said["code"]].model_dump()
    return str(said["code"])


def request(method: str = "POST", path: str = "/things", body: bytes = b"", **headers: str) -> bytes:
    fields = {"Host": "x", "Content_Type": "application/json", "Content_Length": str(len(body))} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def chunks(data: bytes, size: int = 1000) -> list[bytes]:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return [b"%x\r\n%s\r\n" % (len(each), each) for each in pieces] + [b"0\r\n\r\n"]


def thing(size: int) -> bytes:
    """JSON of exactly so many bytes."""
    return b'{"name": "' + b"a" * (size - 12) + b'"}'


CHUNKED = {"Transfer_Encoding": "chunked", "Content_Length": ""}
BODIES = [("anonymous", "/things", 10_000), ("known", "/things", 100_000), ("known", "/lists", 300_000)]


@pytest.mark.parametrize("way", ["whole", "chunked"])
@pytest.mark.parametrize(("who", "path", "most"), BODIES)
async def test_a_body_is_taken_up_to_its_limit_and_not_one_byte_more(
    server: Server, way: str, who: str, path: str, most: int
) -> None:
    known = {"Authorization": server.bearer()} if who == "known" else {}
    for size, expected in ((most, 200), (most + 1, 413)):
        body = thing(size)
        if way == "whole":
            heard = await server.said(request("POST", path, body, Connection="close", **known))
        else:
            heard = await server.said(request("POST", path, Connection="close", **CHUNKED, **known), *chunks(body))
        assert status(heard) == expected
        if expected == 413:
            assert code(heard) == "body-too-large"
    assert await server.well()


@pytest.mark.parametrize("announced", ["100001", "9" * 4000, "99999999999"])
async def test_a_body_that_is_announced_too_large_is_refused_before_a_byte_of_it_came(
    server: Server, announced: str
) -> None:
    heard = await server.said(request(Authorization=server.bearer(), Content_Length=announced))
    assert status(heard) in {400, 413}
    assert await server.well()


async def test_a_body_without_end_is_cut_off(server: Server) -> None:
    async def endless() -> int:
        async with asyncio.timeout(PATIENCE), server.connection() as (_, writer):
            writer.write(request(**CHUNKED, Authorization=server.bearer()))
            sent = 0
            try:
                while True:
                    writer.write(b"ffff\r\n" + b"x" * 65535 + b"\r\n")
                    await writer.drain()
                    sent += 65535
            except ConnectionError:
                return sent

    assert await endless() < 20_000_000  # what lies in the buffers of two sockets
    assert await server.well()


async def test_a_route_that_reads_no_body_is_not_flooded_by_one(server: Server) -> None:
    heard = await server.said(request("POST", "/bodiless", **CHUNKED), *[b"1\r\nx\r\n"] * 1000, every=0.01)
    assert status(heard) == 200
    assert await server.well()


HEADS = {
    "one field": request(X="a" * 5000),
    "many bytes": request(**{f"X{nth}": "a" * 400 for nth in range(15)}),
    "many fields": request(**{f"X{nth}": "a" for nth in range(20)}),
    "one field without end": b"GET /things HTTP/1.1\r\nX: " + b"a" * 2_000_000,
    "fields without end": b"GET /things HTTP/1.1\r\n" + b"a: b\r\n" * 300_000,
    "a method without end": b"G" * 2_000_000,
}


@pytest.mark.parametrize("head", list(HEADS))
async def test_a_head_has_a_size_and_a_number_of_fields(server: Server, head: str) -> None:
    sent = HEADS[head]
    heard = await server.said(*(sent[at : at + 10_000] for at in range(0, len(sent), 10_000)))
    if status(heard) != 400:  # llhttp knows no such method
        assert (status(heard), code(heard)) == (431, "head-too-large")
    assert await server.well()


async def test_an_address_has_a_length(server: Server) -> None:
    for path in ("/" + "a" * 500, "/things?" + "a" * 500, "/" + "%61" * 200):
        heard = await server.said(request("GET", path))
        assert (status(heard), code(heard)) == (414, "address-too-long")


async def test_trailers_and_chunk_sizes_are_not_endless_either(server: Server) -> None:
    for flood in (b"0\r\n" + b"t: x\r\n" * 300_000, b"1;" + b"x" * 2_000_000, b"0\r\nt: " + b"a" * 2_000_000):
        pieces = [flood[at : at + 10_000] for at in range(0, len(flood), 10_000)]
        heard = await server.said(request(**CHUNKED), *pieces)
        assert status(heard) in {None, 200, 400, 408, 413, 422}
    assert await server.well()


JSON = {
    "json-too-deep": [b"[" * 6 + b"]" * 6, b'{"more":' * 6 + b"1" + b"}" * 6, b"[" * 9000],
    "number-too-long": [b'{"more": 12345678901}', b'{"more": -12345678901}', b'{"more": 0.12345678901}', b"9" * 9000],
    "json-not-utf-8": ['{"more": 1}'.encode("utf-16"), b'{"more": "\x00"}'],
}


@pytest.mark.parametrize(("expected", "body"), [(each, body) for each, bodies in JSON.items() for body in bodies])
@pytest.mark.parametrize("kind", ["application/json", "application/problem+json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_is_refused_before_it_is_parsed(server: Server, expected: str, body: bytes, kind: str) -> None:
    heard = await server.said(request(body=body, Content_Type=kind))
    assert (status(heard), code(heard)) == (422, expected)


async def test_what_is_within_the_limits_is_taken(server: Server) -> None:
    for body in (b'{"more": [[[[]]]]}', b'{"more": 1234567890}', b'{"name": "12345678901[[[[[[[["}'):
        assert status(await server.said(request(body=body, Connection="close"))) == 200


SLOW = {
    "not a byte": [],
    "a line at a time": [b"\r\n"] * 100,
    "half a head": [b"GET /things HTTP/1.1\r\nHo"],
    "a head byte by byte": [request("GET")[nth : nth + 1] for nth in range(90)],
    "half a body": [request(Content_Length="100"), b'{"name": '],
    "a body byte by byte": [request(Content_Length="100"), *[b" "] * 99],
    "chunks one by one": [request(**CHUNKED), *[b"1\r\n \r\n"] * 99],
    "half a body nobody reads": [request("POST", "/bodiless", Content_Length="100"), *[b" "] * 99],
    "half a second head": [request(body=b"{}"), b"GET /thi"],
    "a second head byte by byte": [request(body=b"{}"), *[b"G", b"E", b"T", b" ", b"/"], *[b"a"] * 90],
}
REFUSED = {"half a head": 408, "half a body": 408, "a body byte by byte": 408, "chunks one by one": 408}


@pytest.mark.parametrize("how", list(SLOW))
async def test_who_sends_too_slowly_is_cut_off(server: Server, how: str) -> None:
    heard = await server.said(*SLOW[how], every=0.2)
    expected = REFUSED.get(how)
    if expected:
        assert (status(heard), code(heard)) == (expected, "request-too-slow")
    assert await server.well()


async def test_who_does_not_take_his_answer_is_cut_off(server: Server) -> None:
    async with asyncio.timeout(PATIENCE), server.connection() as (reader, writer):
        for _ in range(6):
            writer.write(request("GET", "/much"))
        await asyncio.sleep(4)
        heard = 0
        with pytest.raises(ConnectionError):
            while piece := await reader.read(65536):
                heard += len(piece)
            raise ConnectionError
        assert heard < 6 * ANSWER
    assert await server.well()


async def test_what_takes_us_too_long_is_our_fault(server: Server) -> None:
    heard = await server.said(request("GET", "/slow", Connection="close"))
    assert status(heard) == 503
    assert b"retry-after" in heard.lower()


async def test_hundreds_who_say_nothing_are_gone_after_a_while_and_the_others_are_served(tmp_path: Path) -> None:
    many = replace(SMALL, connections=1000, connections_per_address=1000, head_seconds=2)
    with serving(application(tmp_path, many), Settings(), many) as port:
        server = Server(port, tmp_path)
        saying = [b"", b"GET / HT", request(Content_Length="100") + b"{"]
        async with asyncio.timeout(60):
            idle = [asyncio.create_task(server.said(saying[nth % 3])) for nth in range(900)]
            assert await server.well()
            assert not all(each.done() for each in idle)
            await asyncio.gather(*idle)
        assert await server.well()


async def test_one_address_holds_so_many_connections_and_all_together_so_many(tmp_path: Path) -> None:
    few = replace(SMALL, connections=20, connections_per_address=10, head_seconds=30)
    with serving(application(tmp_path, few), Settings(), few) as port:
        server = Server(port, tmp_path)
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
        assert await server.said() == b""
        held.pop()[1].close()
        await asyncio.sleep(0.2)
        assert await server.well()
        for _, writer in held:
            writer.close()


@asynccontextmanager
async def limited(home: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A server with rates, and a client of it."""
    told = Settings(**settings)
    rates = {name: getattr(told, name) for name in Settings.model_fields if name.endswith("_per_minute")}
    limits = replace(SMALL, **rates)
    with serving(application(home, limits), told, limits) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client


async def test_an_address_reads_and_writes_so_often_a_minute(tmp_path: Path) -> None:
    async with limited(tmp_path, public_reads_per_minute=6, public_writes_per_minute=3) as client:
        reads = [(await client.get("/nothing")).status_code for _ in range(8)]
        writes = [await client.post("/things", json={}) for _ in range(5)]
        forged = await client.post("/things", json={}, headers={"Authorization": "Bearer forged"})
        assert reads == [404] * 6 + [429] * 2
        assert [each.status_code for each in writes] == [200] * 3 + [429] * 2
        assert (forged.status_code, forged.json()["code"]) == (429, "too-many-requests")
        assert 1 <= int(writes[-1].headers["retry-after"]) <= 20
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200


async def test_a_caller_asks_so_often_a_minute_from_wherever_he_asks(tmp_path: Path) -> None:
    async with limited(tmp_path, caller_requests_per_minute=5, public_writes_per_minute=1) as client:
        server = Server(0, tmp_path)
        for who in ("one", "other"):
            head = {"Authorization": server.bearer(subject=who)}
            answers = [(await client.post("/things", json={}, headers=head)).status_code for _ in range(7)]
            assert answers == [200] * 5 + [429] * 2


@pytest.mark.parametrize(("proxies", "expected"), [("127.0.0.0/8", [200] * 4), ("", [200, 429, 429, 429])])
async def test_a_forwarded_address_is_believed_of_a_trusted_proxy_only(
    tmp_path: Path, proxies: str, expected: list[int]
) -> None:
    async with limited(tmp_path, public_writes_per_minute=1, trusted_proxies=proxies) as client:
        answers = [
            (await client.post("/things", json={}, headers={"X-Forwarded-For": f"192.0.2.{nth}"})).status_code
            for nth in range(4)
        ]
        assert answers == expected


async def test_who_stands_behind_a_trusted_proxy_cannot_say_that_he_is_somebody_else(tmp_path: Path) -> None:
    async with limited(tmp_path, public_writes_per_minute=1, trusted_proxies="127.0.0.1") as client:
        answers = [
            (await client.post("/things", json={}, headers={"X-Forwarded-For": f"198.51.100.{nth}, 192.0.2.1"}))
            for nth in range(3)
        ]
        assert [each.status_code for each in answers] == [200, 429, 429]


def test_no_route_declares_more_than_the_largest_body() -> None:
    assert LARGEST_DECLARED >= Limits().body_bytes


def test_the_limits_stand_in_the_operations_manual() -> None:
    manual = Path("docs/operations.md").read_text(encoding="utf-8")
    section = manual.partition("\n## Limits\n")[2].partition("\n## ")[0]
    written = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \| ([\d,.]+)", section, re.MULTILINE)}
    settings = Settings()
    actual = {name: getattr(settings, name, getattr(Limits(), name)) for name in Limits.__dataclass_fields__}
    assert written == {name: f"{value:,}" for name, value in actual.items()}
