"""The programme in memory, behind HTTP as the services are."""

from __future__ import annotations

import base64
import json
from datetime import date
from threading import Lock
from typing import Any

import httpx

from deploy.local.history import Step
from shared.http.auth import Role
from tests.demo.programme import Programme


class Behind:
    """Answers as the four APIs would; what was asked under a key is not asked again.

    The first `lag` looks find nothing heard yet; `forgets` so many referrals when it counts.
    """

    def __init__(self, lag: int = 0, forgets: int = 0) -> None:
        self.programme, self.lag, self.forgets = Programme(), lag, forgets
        self.keys: dict[str, str] = {}
        self.kept: dict[str, dict[str, Any]] = {}
        self.opinions = 0
        self.project: Any = None
        self.one_at_a_time = Lock()

    def client(self) -> httpx.Client:
        """A client that reaches only this."""
        return httpx.Client(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self.one_at_a_time:
            if request.url.path == "/public/evaluations":
                self.opinions += 1
                return httpx.Response(204)
            caller = _caller(request)
            if request.method == "GET":
                return self._read(request)
            if request.method == "PUT":
                self.project = json.loads(request.content)
                return httpx.Response(200, json={"version": 1})
            return self._take(request, caller)

    def _take(self, request: httpx.Request, caller: dict[str, Any]) -> httpx.Response:
        key, path = request.headers["idempotency-key"], request.url.raw_path.decode()
        text = request.content.decode()
        known = key in self.keys
        if self.keys.setdefault(key, path + text) != path + text:
            return httpx.Response(409, json={"code": "idempotency-key-reused"})
        if known:
            return httpx.Response(200, json=self.kept[key])
        body = text if request.headers["content-type"].startswith("text/") else json.loads(text)
        service: Any = request.url.host
        organisation = caller.get("organisation")
        step = Step(service, "", date.min, Role(caller["role"]), path, body, key, organisation)
        facts = self.programme.take(step)
        self.kept[key] = {"version": 1, "tokens": [f"{'link':>20}"] * (7 * facts)}
        return httpx.Response(200, json=self.kept[key])

    def _read(self, request: httpx.Request) -> httpx.Response:
        self.lag -= 1
        path, asked = request.url.path, request.url.params
        if path.startswith("/participations/"):
            known = f"participation-{path.rsplit('/', 1)[-1]}" in self.programme.states
            return httpx.Response(200 if known and self.lag < 0 else 404, json={})
        if path == "/organisations":
            items = [{"organisation": each} for each in self.programme.organisations]
            return httpx.Response(200, json={"items": items, "next": None})
        if path == "/project":
            return httpx.Response(200, json=self.project)
        if path == "/report":
            return httpx.Response(200, content=str(request.url.query).encode())
        if path == "/partners":
            return httpx.Response(200, json={"items": self.programme.partners()})
        figures = self.programme.figures(date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"]))
        received = figures["referrals_received"]
        told = [*figures.values(), {**received, "value": received["value"] - self.forgets}]
        return httpx.Response(200, json={"figures": told})


def _caller(request: httpx.Request) -> dict[str, Any]:
    """Who asks, as his token says; the token itself is checked elsewhere."""
    claims = request.headers["authorization"].removeprefix("Bearer ").split(".")[1]
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return told
