"""An issuer as small as can be, whose keys a test has: metadata and keys over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

AUDIENCE = "carrousel"
NATIONAL_NUMBER = "85073003328"


class SmallIssuer(ThreadingHTTPServer):
    """Metadata and keys over HTTP; counts how often it was asked for keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.signing = [ECKey.generate_key("P-256", {"kid": "first"})]
        self.asked, self.says = 0, self.url

    def sign(self, key: ECKey | None = None, **changed: Any) -> str:
        now = int(time.time())
        told: dict[str, Any] = {
            "iss": self.url, "aud": AUDIENCE, "sub": NATIONAL_NUMBER, "iat": now, "exp": now + 600,
            "role": "facilitator", "organisation": "org-1", "cities": ["Oostende"],
        }  # fmt: skip
        signing = key or self.signing[-1]
        claims = {name: value for name, value in (told | changed).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": signing.kid}, claims, signing)


class Answers(BaseHTTPRequestHandler):
    """What the small issuer answers."""

    server: SmallIssuer

    def do_GET(self) -> None:
        if self.path == "/jwks":
            self.server.asked += 1
            told: Any = KeySet([*self.server.signing]).as_dict(private=False)
        else:
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            told = {name: f"{self.server.url}/{name}" for name in names}
            told |= {"issuer": self.server.says, "jwks_uri": f"{self.server.url}/jwks"}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def small_issuer() -> Iterator[SmallIssuer]:
    """One that answers until the end of the block."""
    with SmallIssuer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
