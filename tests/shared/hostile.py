"""Requests of somebody who wants to do harm, drawn at random from a seed: over the documented API and below it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

LONG = "x" * 5000
TEXTS = [
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff", "é", "🦉" * 50, "' or 1=1 --", "\"'`;\\", "%00", "../../etc/passwd",
    "${jndi:ldap://x}", "{{7*7}}", "<script>", "\n\r\t", "\u202e", "0", "-1", "null", "true", LONG, "x" * 201, "x" * 65,
    "0001-01-01", "9999-12-31", "2099-12-31", "2026-02-30", "2026-13-01", "20260101", "2026-01-01T00:00:00Z", "24:00",
    "r-1", "org-1", "Oostende", "police", "practical", "NaN", "1e400", "a@b.c",
]  # fmt: skip
NUMBERS = ["0", "-1", "1", "1.5", "-0.0", "1e400", "-1e400", "NaN", "Infinity", "2147483648", "9223372036854775808",
           "9" * 21, "9" * 6000, "1e-400", "0x10", "01", "--1"]  # fmt: skip
ENDS = ["[" * 40, "{" * 40, '{"a":' * 40, "[" * 100_000, '"', "{", "]", ",", "\\", '{"a":1,"a":2}', "\ufeff{}"]
KEYS: list[bytes] = [
    b"", b"k", b"x" * 200, b"x" * 201, b"x" * 2800, b"x" * 7000, b"\xff\xfe", b"a b", b"\t", b"\xc3\xa9", b"a" * 16,
]  # fmt: skip
TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "text/csv",
    "text/plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/problem+json",
    "",
    "x" * 300,
    "application/json, text/csv",
]
RAW: list[bytes] = [
    b"\x00" * 100,
    b"\xff" * 1000,
    b"\x16\x03\x01\x02\x00\x01",
    b"\r\n\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50,
    b"GET / HTTP/1.1\r\n : x\r\n\r\n",
    b"GET / HTTP/1.1\r\nX\r\n\r\n",
    b"GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n",
]


@dataclass
class Sent:
    """The bytes of a request, the operation it is for and the token it shows."""

    data: bytes
    door: str = ""
    bearer: str = ""


@dataclass
class Hostile:
    """One who knows the document of a service, has tokens of every role, and chooses by `chance`."""

    document: Mapping[str, Any]
    bearers: Sequence[str]
    chance: random.Random
    operations: list[tuple[str, str, Mapping[str, Any]]] = field(init=False)
    oddness: float = 0.1
    closed: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.operations = [
            (method.upper(), path, operation)
            for path, of_path in self.document["paths"].items()
            for method, operation in of_path.items()
        ]

    def request(self) -> Sent:
        """One request: one in ten is none."""
        if self.chance.random() < 0.1:
            return Sent(self.chance.choice(RAW))
        method, path, operation = self.chance.choice(self.operations)
        bearer = self.bearer(f"{method} {path}")
        asked = Sent(b"", f"{method} {path}", bearer)
        if self.chance.random() < 0.05:
            method = self.chance.choice(["PATCH", "TRACE", "HEAD", "OPTIONS", "DELETE", "PUT"])
        asked.data = self.framed(method, self.target(path, operation), self.head(bearer), self.body(operation))
        return asked

    def received(self, sent: Sent, status: str) -> None:
        """Whoever was not let in need not try that door again."""
        if status == "403":
            self.closed.add((sent.door, sent.bearer))

    def bearer(self, door: str) -> str:
        """A token of a role that may come in as far as is known, or a forged one, or none."""
        if self.chance.random() < 0.1:
            forged = ["Bearer x.y.z", "Bearer ", "Basic eDp5", f"Bearer {LONG}", self.bearers[0][:-3] + "abc", ""]
            return self.chance.choice(forged)
        return self.chance.choice([each for each in self.bearers if (door, each) not in self.closed] or [""])

    def framed(self, method: str, target: str, head: list[bytes], body: bytes) -> bytes:
        """On the wire: with its length, or in chunks."""
        if self.chance.random() < 0.2:
            head.append(b"Transfer-Encoding: chunked")
            body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
        else:
            head.append(b"Content-Length: %d" % len(body))
        return b"\r\n".join([f"{method} {target} HTTP/1.1".encode(), *head, b"", body])

    def target(self, path: str, operation: Mapping[str, Any]) -> str:
        """Its address, with what the document names filled in anyhow."""
        asked = []
        for parameter in operation.get("parameters", ()):
            value = quote(self.text().encode("utf-8", "surrogatepass"), safe="" if self.chance.random() < 0.9 else "/%")
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", value[:900] or "x")
            elif parameter["in"] == "query" and self.chance.random() < 0.7:
                asked.append(f"{parameter['name']}={value[:900]}")
        return path + (f"?{'&'.join(asked)}" if asked else "")

    def head(self, bearer: str) -> list[bytes]:
        """Headers: a token or none, a key or none, and whatever else."""
        lines = [b"Host: x", b"Connection: close"]
        if bearer:
            lines.append(f"Authorization: {bearer}".encode())
        if self.chance.random() < 0.5:
            lines.append(b"Idempotency-Key: " + self.chance.choice(KEYS))
        kind = "application/json" if self.chance.random() < 0.8 else self.chance.choice(TYPES)
        lines.append(f"Content-Type: {kind}".encode())
        if self.chance.random() < 0.2:
            name = self.chance.choice(
                ["traceparent", "X-Correlation-Id", "X-Forwarded-For", "Accept-Language", "Cookie"]
            )
            lines.append(f"{name}: ".encode() + self.text().encode("utf-8", "replace").translate(None, b"\r\n\x00"))
        return lines

    def text(self) -> str:
        """A text nobody expects, or one that somebody might."""
        return self.chance.choice(TEXTS)

    def body(self, operation: Mapping[str, Any]) -> bytes:
        """A body: of the right fields with the wrong values, or of nothing of the kind."""
        content: Mapping[str, Mapping[str, Any]] = operation.get("requestBody", {}).get("content", {})
        schema = next((described.get("schema") for described in content.values()), None)
        turn = self.chance.random()
        if schema is None or turn < 0.1:
            return self.chance.choice([b"", b"{}", *(each.encode("utf-8", "surrogatepass") for each in ENDS)])
        if turn < 0.15:
            return self.chance.randbytes(self.chance.choice([10, 1000, 100_000]))
        self.oddness = self.chance.choice([0.0, 0.02, 0.15])
        said = self.value(schema, 0)
        return self.written(said).encode("utf-8", "surrogatepass")

    def value(self, schema: Mapping[str, Any], depth: int) -> Any:
        """Something of the schema, or nearly."""
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if depth > 6 or self.chance.random() < self.oddness:
            return self.odd()
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(self.chance.choice(options), depth + 1)
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self.fields(schema, depth)
            case "array":
                items = schema.get("prefixItems") or [schema.get("items", {})] * self.chance.randrange(4)
                return [self.value(each, depth + 1) for each in items]
            case "integer" | "number":
                return (
                    Number(self.chance.choice(NUMBERS))
                    if self.chance.random() < self.oddness
                    else self.chance.randrange(1, 9)
                )
            case "boolean":
                return self.chance.choice([True, False])
            case _:
                return self.text() if self.chance.random() < self.oddness else self.sensible(schema)

    def fields(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """An object, now and then without a field or with one more."""
        said = {
            name: self.value(of_field, depth + 1)
            for name, of_field in schema.get("properties", {}).items()
            if self.chance.random() >= self.oddness / 2
        }
        if self.chance.random() < self.oddness:
            said[self.text()] = self.odd()
        return said

    def sensible(self, schema: Mapping[str, Any]) -> str:
        """A text that its form allows."""
        forms = {
            "date": ["2026-01-05", "2000-01-01", "2099-12-31"],
            "time": ["09:00"],
            "date-time": ["2026-01-05T09:00:00Z"],
        }
        return self.chance.choice(
            forms.get(str(schema.get("format")), ["r-1", "org-1", "Oostende", "nl", "a@b.example"])
        )

    def odd(self) -> Any:
        """Any JSON at all."""
        return self.chance.choice(
            [None, True, 1, -1, [], {}, [[[]]], {"a": {"b": []}}, Number(self.chance.choice(NUMBERS)), self.text()]
        )

    def written(self, said: Any) -> str:
        """JSON, with numbers that `json` would not write."""
        match said:
            case Number():
                return said.text
            case dict():
                return "{" + ",".join(f"{json.dumps(name)}:{self.written(value)}" for name, value in said.items()) + "}"
            case list():
                return "[" + ",".join(map(self.written, said)) + "]"
            case _:
                return json.dumps(said, ensure_ascii=self.chance.random() < 0.5)


@dataclass(frozen=True)
class Number:
    """A number as it is written, sense or not."""

    text: str
