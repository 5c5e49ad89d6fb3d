"""A small application behind a real socket, and a caller who says what he likes to it, byte by byte."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from deploy.local.tokens import ensure_keys, token
from shared.http.application import create_app
from shared.http.auth import Caller, Role, TokenVerifier
from shared.http.authorization import allow
from shared.http.limits import Limits
from shared.http.request_body import DECLARED
from shared.i18n.code_lists import terms
from shared.observability.health import Health
from shared.service.settings import Settings

SMALL = Limits(
    head_bytes=4000, head_fields=20, target_bytes=500, body_bytes=100_000, anonymous_body_bytes=10_000, json_depth=5,
    json_digits=10, head_seconds=1, body_seconds=1, answer_seconds=2, taking_seconds=1, idle_seconds=1,
)  # fmt: skip
PATIENCE = 20.0
TRAINS = allow(Role.TRAINER)
ANSWER = 3_000_000


class Thing(BaseModel):
    """Any JSON object."""

    name: str = ""
    more: Any = None


def application(home: Path, limits: Limits) -> FastAPI:
    """Routes that read a body, read a large one, read none, answer much, and take their time."""
    settings = Settings()
    gate = TokenVerifier(ensure_keys(home), settings.auth_issuer, settings.auth_audience)
    app = create_app("Small", gate, {}, Health(), limits=limits)

    @app.post("/things")
    async def things(body: Thing) -> int:
        return len(body.name)

    @app.post("/lists", openapi_extra={DECLARED: 300_000})
    async def lists(request: Request, caller: Annotated[Caller, TRAINS]) -> int:
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
            received = b""
            try:
                while piece := await reader.read(65536):
                    received += piece
            except ConnectionError:
                pass
            finally:
                sending.cancel()
            return received

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


def status(received: bytes) -> int | None:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", received)
    return int(found[1]) if found else None


def code(received: bytes) -> str:
    """The stable code of a problem, whose sentence stands in the terms."""
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    said: dict[str, Any] = json.loads(body)
    assert said["detail"] == terms().refusals[said["code"]].model_dump()
    return str(said["code"])


def request(method: str = "POST", path: str = "/things", body: bytes = b"", **headers: Any) -> bytes:
    fields = {"Host": "x", "Content_Type": "application/json", "Content_Length": str(len(body))} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def chunks(data: bytes, size: int = 1000) -> list[bytes]:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return [b"%x\r\n%s\r\n" % (len(each), each) for each in pieces] + [b"0\r\n\r\n"]


def thing(size: int) -> bytes:
    """JSON of exactly so many bytes."""
    return b'{"name": "' + b"a" * (size - 12) + b'"}'


CHUNKED: dict[str, Any] = {"Transfer_Encoding": "chunked", "Content_Length": ""}
