"""How often an address and a caller may ask, and whose word is taken for an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.service.settings import Settings
from tests.openapi import serving
from tests.shared.wire import SMALL, Server, application


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
