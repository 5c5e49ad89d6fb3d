"""Whoever sends or takes too slowly is let go, however he does it: asked of a real server over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.service.settings import Settings
from tests.openapi import serving
from tests.shared.wire import ANSWER, CHUNKED, PATIENCE, SMALL, Server, application, code, request, status


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("limits")
    with serving(application(home, SMALL), Settings(), SMALL) as port:
        yield Server(port, home)


async def all_of(reader: asyncio.StreamReader) -> int:
    """How much still comes until the connection is closed or cut."""
    received = 0
    try:
        while piece := await reader.read(65536):
            received += len(piece)
    except ConnectionError:
        pass
    return received


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
    received = await server.said(*SLOW[how], every=0.2)
    expected = REFUSED.get(how)
    if expected:
        assert (status(received), code(received)) == (expected, "request-too-slow")
    assert await server.well()


async def test_who_does_not_take_his_answer_is_cut_off(server: Server) -> None:
    async with asyncio.timeout(PATIENCE), server.connection() as (reader, writer):
        for _ in range(6):
            writer.write(request("GET", "/much"))
        await asyncio.sleep(4)
        assert await all_of(reader) < 6 * ANSWER
    assert await server.well()


async def test_what_takes_us_too_long_is_our_fault(server: Server) -> None:
    received = await server.said(request("GET", "/slow", Connection="close"))
    assert status(received) == 503
    assert b"retry-after" in received.lower()


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
