"""Drives the running services over HTTP: sends the history, waits until it was consumed, reads it back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property, lru_cache
from typing import TypeVar

import httpx
import stamina

from deploy.local.figures import Figures
from deploy.local.found import Reported
from deploy.local.history import Step
from deploy.local.processes import Trouble
from deploy.local.project import described
from deploy.local.tokens import token
from deploy.services import PORTS, variable
from shared.domain.messages import JsonObject
from shared.http.auth import Role

PATIENCE = 30.0
PAUSE = 0.2
AT_ONCE = 4
T = TypeVar("T")


class Services:
    """The API of every service, each request made in the role that may make it."""

    def __init__(self, cities: Iterable[str], client: httpx.Client | None = None) -> None:
        self.cities = tuple(cities)
        self.client = client or httpx.Client(timeout=30, trust_env=False)
        self.bearer = lru_cache(self._bearer)

    @cached_property
    def urls(self) -> dict[str, str]:
        """Where each service answers."""
        local = {name: os.environ.get(variable(name, "port")) or port for name, port in PORTS.items()}
        return {name: os.environ.get(variable(name, "url")) or f"http://127.0.0.1:{local[name]}" for name in local}

    def send(self, steps: Iterable[Step], sent: Callable[[], None]) -> None:
        """Send every step, a few things at once, those of one thing in their order; sent again, nothing changes."""
        lanes: dict[tuple[str, str], list[Step]] = {}
        for step in steps:
            lanes.setdefault((step.service, step.of), []).append(step)

        def go(lane: Sequence[Step]) -> None:
            for step in lane:
                self._send(step)
                sent()

        longest_first = sorted(lanes.values(), key=len, reverse=True)
        with ThreadPoolExecutor(AT_ONCE) as several:
            for done in [several.submit(go, lane) for lane in longest_first]:
                try:
                    done.result()
                except Trouble:
                    several.shutdown(cancel_futures=True)
                    raise

    def _send(self, step: Step) -> None:
        headers = {"Idempotency-Key": step.key, "Authorization": self.bearer(step.role, step.organisation)}
        if isinstance(step.body, str):
            headers["Content-Type"] = "text/csv; charset=utf-8"
            answer = self._request("POST", step.service, step.path, headers, content=step.body)
        else:
            answer = self._request("POST", step.service, step.path, headers, json=step.body)
        for link, opinion in zip(answer.json().get("tokens", ()), step.opinions, strict=False):
            once = {"Idempotency-Key": f"opinion-{link}"}
            self._request("POST", "training", "/public/evaluations", once, json={**opinion, "token": link})

    def wait_until_consumed(self, steps: Iterable[Step]) -> None:
        """Return once the carousel knows the people of `steps`, and the trainings every organisation."""
        every = list(steps)
        people = {step.path.split("/")[2]: step for step in every if step.path.startswith("/participations/")}
        organisations = {step.of for step in every if step.path == "/organisations"}
        for holds, what in (
            (lambda: all(map(self._knows, people.values())), "the carousel to know who was accepted"),
            (lambda: organisations <= self._registered(), "the trainings to know the organisations"),
        ):
            if not _retry_until(holds, bool):
                raise Trouble(f"Waited {PATIENCE:.0f} s for {what}.")

    def _knows(self, step: Step) -> bool:
        """Whether the carousel knows the person of the step, as far as its sender may see."""
        head = {"Authorization": self.bearer(step.role, step.organisation)}
        path = "/".join(step.path.split("/")[:3])
        return self.client.get(self.urls[step.service] + path, headers=head).is_success

    def _registered(self) -> set[str]:
        found: set[str] = set()
        page: JsonObject = {"next": ""}
        while page["next"] is not None:
            after = {"after": page["next"]} if page["next"] else {}
            page = self._read("training", "/organisations", limit="500", **after).json()
            found |= {each["organisation"] for each in page["items"]}
        return found

    def describe_project(self, figures: Figures) -> None:
        """Send the reporting service the project it reports on, and that the data is synthetic."""
        self._request("PUT", "reporting", "/project", self._coordinator, json=described(figures))

    def found(self, since: date, until: date) -> Reported:
        """Everything the reporting service answers a coordinator about that period."""
        span = {"since": str(since), "until": str(until)}
        figures = self._read("reporting", "/figures", **span).json()["figures"]
        partners = self._read("reporting", "/partners", limit="500", **span).json()["items"]
        project = self._read("reporting", "/project").json()
        return Reported({figure["code"]: figure for figure in figures}, partners, project)

    def found_once(self, caught_up: Callable[[Reported], bool], since: date, until: date) -> Reported:
        """The same once it has caught up; after `PATIENCE` seconds, whatever it is."""
        return _retry_until(lambda: self.found(since, until), caught_up)

    def report(self, language: str, file_format: str, since: date, until: date) -> bytes:
        """The report of the project in one language, as a file."""
        wanted = {"language": language, "format": file_format, "since": str(since), "until": str(until)}
        return self._read("reporting", "/report", **wanted).content

    @property
    def _coordinator(self) -> dict[str, str]:
        return {"Authorization": self.bearer(Role.COORDINATOR, None)}

    def _bearer(self, role: Role, organisation: str | None) -> str:
        return f"Bearer {token(role, organisation, self.cities)}"

    def _read(self, service: str, path: str, **params: str) -> httpx.Response:
        return self._request("GET", service, path, self._coordinator, params=params)

    def _request(
        self,
        method: str,
        service: str,
        path: str,
        headers: dict[str, str],
        *,
        json: JsonObject | None = None,
        content: str | None = None,
        params: dict[str, str] | None = None,
    ) -> httpx.Response:
        url = self.urls[service] + path
        try:
            answer = self._retried(
                self.client.build_request(method, url, headers=headers, json=json, content=content, params=params)
            )
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            status, text = error.response.status_code, error.response.text[:400]
            raise Trouble(f"{method} {url} was answered {status}: {text}") from None
        except httpx.TransportError as error:
            raise Trouble(f"{method} {url} cannot be reached ({error}): start the services with make up.") from None
        return answer

    @stamina.retry(on=(httpx.TransportError, httpx.HTTPStatusError), attempts=5, timeout=10)
    def _retried(self, request: httpx.Request) -> httpx.Response:
        answer = self.client.send(request)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            answer.raise_for_status()
        return answer


def _retry_until(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What `look` finds once it is good; after `PATIENCE` seconds, whatever it is."""
    deadline = time.monotonic() + PATIENCE
    while not good(found := look()) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found
