"""Limits on the body of a request: its size, its time, the depth of its JSON and the length of its numbers.

It is read whole when the application receives it, so that a route without a body waits for none.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from typing import NoReturn

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from shared.http.auth import Caller
from shared.http.limits import LARGEST_DECLARED, Limits
from shared.http.problems import Limited

_LINGER_SECONDS = 1
# In `openapi_extra`: the limit in bytes of a route that takes larger bodies.
DECLARED = "x-largest-body"
_JSON = re.compile(r"application/(?:[^;\s]+\+)?json", re.IGNORECASE)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]|[0-9]+', re.DOTALL)


@dataclass(slots=True)
class Body:
    """In place of an ASGI `receive`: the whole body as one message. Raises Limited (408, 413, 422)."""

    scope: Scope
    receive: Receive
    limits: Limits
    deadline: float = field(init=False)
    given: bool = False

    def __post_init__(self) -> None:
        self.deadline = asyncio.get_running_loop().time() + self.limits.body_seconds

    async def __call__(self) -> Message:
        """The body, and after it whatever comes (that the caller has gone)."""
        if self.given:
            return await self.receive()
        self.given = True
        headers = Headers(scope=self.scope)
        most = self._most()
        announced = headers.get("content-length", "")
        if announced.isdecimal() and (len(announced) > len(str(most)) or int(announced) > most):
            await self._refuse(more=True)
        data = await self._whole(most)
        if data is None:
            return {"type": "http.disconnect"}
        if _JSON.match(headers.get("content-type", "").strip()):
            check_json(data, self.limits)
        return {"type": "http.request", "body": data, "more_body": False}

    def _most(self) -> int:
        """The limit of the route, less for a caller without a valid token."""
        declared = (getattr(self.scope.get("route"), "openapi_extra", None) or {}).get(DECLARED)
        known = isinstance(self.scope.get("state", {}).get("caller"), Caller)
        most = self.limits.body_bytes if declared is None else int(declared)
        return most if known else min(most, self.limits.anonymous_body_bytes)

    async def _whole(self, most: int) -> bytes | None:
        data = bytearray()
        try:
            async with asyncio.timeout_at(self.deadline):
                while True:
                    message = await self.receive()
                    if message["type"] != "http.request":
                        return None
                    data += message.get("body", b"")
                    if len(data) > most:
                        break
                    if not message.get("more_body", False):
                        return bytes(data)
        except TimeoutError:
            raise Limited(408, "request-too-slow") from None
        return await self._refuse(more=message.get("more_body", False))

    async def _refuse(self, *, more: bool) -> NoReturn:
        """Refuse; a caller that sends a little too much can finish and read why, without any of it being kept."""
        left = LARGEST_DECLARED
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while more and left > 0:
                    message = await self.receive()
                    left -= len(message.get("body", b""))
                    more = message.get("more_body", False)
        raise Limited(413, "body-too-large")


def check_json(data: bytes, limits: Limits) -> None:
    """Raises Limited (422) for JSON that is nested too deeply, holds too long a number or is not UTF-8 (RFC 8259).

    What is not JSON at all passes: the parser refuses it.
    """
    if b"\x00" in data:
        raise Limited(422, "json-not-utf-8")
    deep = data.count(b"[") + data.count(b"{") > limits.json_depth
    if not deep and not re.search(rb"[0-9]{%d}" % (limits.json_digits + 1), data):
        return
    depth = 0
    for found in _TOKEN.finditer(data):
        match found[0][:1]:
            case b"[" | b"{":
                depth += 1
                if depth > limits.json_depth:
                    raise Limited(422, "json-too-deep")
            case b"]" | b"}":
                depth -= 1
            case b'"':
                pass
            case _ if len(found[0]) > limits.json_digits:
                raise Limited(422, "number-too-long")
