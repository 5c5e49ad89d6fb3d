"""uvicorn's HTTP protocol with time limits for heads, bodies, and the reading of answers.

uvicorn ends idle connections between two requests only: not before the first byte, in half a head or half a body,
nor while an answer is not read; and httptools bounds no head (docs/decisions/0008). What is overridden here are the
callbacks of `asyncio.Protocol` and of httptools' parser; uvicorn is given the class by its option `http`.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from collections import Counter
from typing import Any, ClassVar

from starlette.datastructures import Headers
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.http.limits import Limits
from shared.http.problems import Limited, limited
from shared.http.rate_limits import Networks, address_key, is_within
from shared.http.security_headers import add_security_headers

_LOOK_SECONDS = 0.5
_GRACE_SECONDS = 2  # the application answers a slow body itself, with a problem; this cuts a connection that stays
_LINGER_SECONDS = 1  # a caller that is refused while sending can still read why
_MOST_WAITING = 8  # pipelined requests


class LimitedProtocol(HttpToolsProtocol):
    """One connection. `limits`, `proxies` and `open` (connections by address) are those of its server."""

    limits: ClassVar[Limits] = Limits()
    proxies: ClassVar[Networks] = ()
    open: ClassVar[Counter[str]] = Counter()

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - what uvicorn gives
        super().__init__(*args, **more)
        self.address = ""
        self.next_check: TimerHandle | None = None
        self.requests = 0
        self.in_head = True
        self.framing = 0  # bytes of the present request that are not its body
        self.content = 0  # bytes of its body
        self.head_since: float | None = None
        self.body_since: float | None = None
        self.taken_since: float | None = None
        self.refused_since: float | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Accept the connection, unless there are too many already, or too many of this address."""
        super().connection_made(transport)
        host = self.client[0] if self.client else None
        self.address = address_key(host)
        self.open[self.address] += 1
        self.head_since = self.loop.time()
        of_address = 0 if is_within(host, self.proxies) else self.open[self.address]
        if len(self.connections) > self.limits.connections or of_address > self.limits.connections_per_address:
            self.transport.abort()
        else:
            self.next_check = self.loop.call_later(_LOOK_SECONDS, self.check_times)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if self.next_check:
            self.next_check.cancel()
        self.open[self.address] -= 1
        if self.open[self.address] <= 0:
            del self.open[self.address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; of what came, count what is no body, so that neither head, chunk sizes nor trailers are endless."""
        if self.refused_since is not None:
            return
        if self.head_since is None and self.body_since is None:
            self.head_since = self.loop.time()
        before = self.requests, self.content
        super().data_received(data)
        if self.transport.is_closing():
            return
        if before[0] == self.requests:
            self.framing += len(data) - (self.content - before[1])
        if self.in_head and self.framing > self.limits.head_bytes:
            self.refuse(Limited(431, "head-too-large"))
        elif self.framing > 2 * self.limits.head_bytes + self.content:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A head begins."""
        if len(self.pipeline) > _MOST_WAITING:
            raise ValueError("too many requests at once")  # httptools makes it a 400
        super().on_message_begin()
        self.requests += 1
        self.in_head, self.framing, self.content = True, 0, 0
        self.head_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field of the head; those that may follow a chunked body (trailers) mean nothing to us."""
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole, the body begins."""
        self.in_head, self.head_since, self.body_since = False, None, self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self.content += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self.body_since = None
        super().on_message_complete()

    def check_times(self) -> None:
        """Check every time limit, twice a second until the connection is lost."""
        now = self.loop.time()
        if self.transport.get_write_buffer_size() == 0:
            self.taken_since = None
        elif self.taken_since is None:
            self.taken_since = now
        if _past(self.taken_since, self.limits.taking_seconds, now):
            self.transport.abort()
        elif _past(self.refused_since, _LINGER_SECONDS, now):
            self.transport.close()
        elif not self.transport.is_closing():
            self.check_request(now)
        self.next_check = self.loop.call_later(_LOOK_SECONDS, self.check_times)

    def check_request(self, now: float) -> None:
        """End a request that does not come to an end; while one is answered, what follows it may wait."""
        if self.refused_since is not None:
            return
        answering = self.cycle is not None and not self.cycle.response_complete and self.body_since is None
        if answering:
            self.head_since = None if self.head_since is None else now
        elif _past(self.head_since, self.limits.head_seconds, now):
            if self.requests and self.in_head:
                self.refuse(Limited(408, "request-too-slow"))
            else:
                self.transport.close()
        elif _past(self.body_since, self.limits.body_seconds + _GRACE_SECONDS, now):
            self.transport.abort()

    def refuse(self, why: Limited) -> None:
        """Answer on the bare connection, for what has not become a request, and close it a little later."""
        answer = limited(Headers(), why)
        add_security_headers(answer.headers, tls=False)
        head = [b"HTTP/1.1 %d \r\n" % answer.status_code]
        head += [b"%s: %s\r\n" % (name, value) for name, value in answer.raw_headers]
        self.transport.write(b"".join(head) + b"\r\n" + bytes(answer.body))
        self.transport.write_eof()
        self.refused_since = self.loop.time()


def protocol_of(limits: Limits, proxies: Networks = ()) -> type[LimitedProtocol]:
    """The protocol of one server; `proxies` may have more connections than one address."""

    class Protocol(LimitedProtocol):
        """With the limits of this server."""

    Protocol.limits, Protocol.proxies, Protocol.open = limits, proxies, Counter()
    return Protocol


def _past(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since > seconds
