"""What a caller may send, and how large: asked of a real server over real sockets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.http.limits import Limits
from shared.service.settings import Settings
from tests.openapi import serving
from tests.shared.wire import CHUNKED, PATIENCE, SMALL, Server, application, chunks, code, request, status, thing


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("limits")
    with serving(application(home, SMALL), Settings(), SMALL) as port:
        yield Server(port, home)


BODIES = [("anonymous", "/things", 10_000), ("known", "/things", 100_000), ("known", "/lists", 300_000)]


@pytest.mark.parametrize("way", ["whole", "chunked"])
@pytest.mark.parametrize(("who", "path", "most"), BODIES)
async def test_a_body_is_taken_up_to_its_limit_and_not_one_byte_more(
    server: Server, way: str, who: str, path: str, most: int
) -> None:
    known: dict[str, Any] = {"Authorization": server.bearer()} if who == "known" else {}
    for size, expected in ((most, 200), (most + 1, 413)):
        body = thing(size)
        if way == "whole":
            received = await server.said(request("POST", path, body, Connection="close", **known))
        else:
            received = await server.said(request("POST", path, Connection="close", **CHUNKED, **known), *chunks(body))
        assert status(received) == expected
        if expected == 413:
            assert code(received) == "body-too-large"
    assert await server.well()


@pytest.mark.parametrize("announced", ["100001", "9" * 4000, "99999999999"])
async def test_a_body_that_is_announced_too_large_is_refused_before_a_byte_of_it_came(
    server: Server, announced: str
) -> None:
    received = await server.said(request(Authorization=server.bearer(), Content_Length=announced))
    assert status(received) in {400, 413}
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
    received = await server.said(request("POST", "/bodiless", **CHUNKED), *[b"1\r\nx\r\n"] * 1000, every=0.01)
    assert status(received) == 200
    assert await server.well()


def with_fields(number: int, value: str) -> bytes:
    fields: dict[str, Any] = {f"X{nth}": value for nth in range(number)}
    return request(**fields)


HEADS = {
    "one field": request(X="a" * 5000),
    "many bytes": with_fields(15, "a" * 400),
    "many fields": with_fields(20, "a"),
    "one field without end": b"GET /things HTTP/1.1\r\nX: " + b"a" * 2_000_000,
    "fields without end": b"GET /things HTTP/1.1\r\n" + b"a: b\r\n" * 300_000,
    "a method without end": b"G" * 2_000_000,
}


@pytest.mark.parametrize("head", list(HEADS))
async def test_a_head_has_a_size_and_a_number_of_fields(server: Server, head: str) -> None:
    sent = HEADS[head]
    received = await server.said(*(sent[at : at + 10_000] for at in range(0, len(sent), 10_000)))
    if received and status(received) != 400:  # llhttp knows no such method; who goes on sending may see the end only
        assert (status(received), code(received)) == (431, "head-too-large")
    assert await server.well()


async def test_an_address_has_a_length(server: Server) -> None:
    for path in ("/" + "a" * 500, "/things?" + "a" * 500, "/" + "%61" * 200):
        received = await server.said(request("GET", path))
        assert (status(received), code(received)) == (414, "address-too-long")


async def test_trailers_and_chunk_sizes_are_not_endless_either(server: Server) -> None:
    for flood in (b"0\r\n" + b"t: x\r\n" * 300_000, b"1;" + b"x" * 2_000_000, b"0\r\nt: " + b"a" * 2_000_000):
        pieces = [flood[at : at + 10_000] for at in range(0, len(flood), 10_000)]
        received = await server.said(request(**CHUNKED), *pieces)
        assert status(received) in {None, 200, 400, 408, 413, 422}
    assert await server.well()


JSON = {
    "json-too-deep": [b"[" * 6 + b"]" * 6, b'{"more":' * 6 + b"1" + b"}" * 6, b"[" * 9000],
    "number-too-long": [b'{"more": 12345678901}', b'{"more": -12345678901}', b'{"more": 0.12345678901}', b"9" * 9000],
    "json-not-utf-8": ['{"more": 1}'.encode("utf-16"), b'{"more": "\x00"}'],
}


@pytest.mark.parametrize(("expected", "body"), [(each, body) for each, bodies in JSON.items() for body in bodies])
@pytest.mark.parametrize("kind", ["application/json", "application/problem+json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_is_refused_before_it_is_parsed(server: Server, expected: str, body: bytes, kind: str) -> None:
    received = await server.said(request(body=body, Content_Type=kind))
    assert (status(received), code(received)) == (422, expected)


async def test_what_is_within_the_limits_is_taken(server: Server) -> None:
    for body in (b'{"more": [[[[]]]]}', b'{"more": 1234567890}', b'{"name": "12345678901[[[[[[[["}'):
        assert status(await server.said(request(body=body, Connection="close"))) == 200


def test_the_limits_stand_in_the_operations_manual() -> None:
    manual = Path("docs/operations.md").read_text(encoding="utf-8")
    section = manual.partition("\n## Limits\n")[2].partition("\n## ")[0]
    written = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \| ([\d,.]+)", section, re.MULTILINE)}
    rates = {name: str(field.default) for name, field in Settings.model_fields.items() if name.endswith("_per_minute")}
    settings = Settings.model_validate(rates)
    actual = {name: getattr(settings, name, getattr(Limits(), name)) for name in Limits.__dataclass_fields__}
    assert written == {name: f"{value:,}" for name, value in actual.items()}
