"""How the demo asks the running services over HTTP: tells the history, waits until it was heard, reads it back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import httpx
import stamina

from deploy.local.figures import Asked
from deploy.local.found import Found
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

    def tell(self, steps: Iterable[Step], told: Callable[[], None]) -> None:
        """Ask every step, a few things at once, those of one thing in their order; asked again, nothing changes."""
        lanes: dict[tuple[str, str], list[Step]] = {}
        for step in steps:
            lanes.setdefault((step.service, step.of), []).append(step)

        def go(lane: Sequence[Step]) -> None:
            for step in lane:
                self._tell(step)
                told()

        longest_first = sorted(lanes.values(), key=len, reverse=True)
        with ThreadPoolExecutor(AT_ONCE) as several:
            for done in [several.submit(go, lane) for lane in longest_first]:
                try:
                    done.result()
                except Trouble:
                    several.shutdown(cancel_futures=True)
                    raise

    def _tell(self, step: Step) -> None:
        headers = {"Idempotency-Key": step.key, "Authorization": self.bearer(step.role, step.organisation)}
        body: JsonObject = {"json": step.body}
        if isinstance(step.body, str):
            headers["Content-Type"] = "text/csv; charset=utf-8"
            body = {"content": step.body}
        answer = self._ask("POST", step.service, step.path, headers=headers, **body)
        for link, opinion in zip(answer.json().get("tokens", ()), step.opinions, strict=False):
            once = {"Idempotency-Key": f"opinion-{link}"}
            self._ask("POST", "training", "/public/evaluations", headers=once, json={**opinion, "token": link})

    def wait_until_heard(self, steps: Iterable[Step]) -> None:
        """Return once the carousel knows whom it is told about in `steps`, and the trainings every organisation."""
        every = list(steps)
        people = {step.path.split("/")[2]: step for step in every if step.path.startswith("/participations/")}
        organisations = {step.of for step in every if step.path == "/organisations"}
        for holds, what in (
            (lambda: all(map(self._knows, people.values())), "the carousel to hear who was accepted"),
            (lambda: organisations <= self._registered(), "the trainings to hear of the organisations"),
        ):
            if not _found_once(holds, bool):
                raise Trouble(f"Waited {PATIENCE:.0f} s for {what}.")

    def _knows(self, step: Step) -> bool:
        """Whether the carousel knows whom the step is asked of, as far as he who asks it may see."""
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

    def introduce(self, asked: Asked) -> None:
        """Tell the reporting service which project it reports on, and that the data is synthetic."""
        self._ask("PUT", "reporting", "/project", headers=self._coordinator, json=described(asked))

    def found(self, since: date, until: date) -> Found:
        """Everything the reporting service tells a coordinator of that period."""
        span = {"since": str(since), "until": str(until)}
        figures = self._read("reporting", "/figures", **span).json()["figures"]
        partners = self._read("reporting", "/partners", limit="500", **span).json()["items"]
        project = self._read("reporting", "/project").json()
        return Found({figure["code"]: figure for figure in figures}, partners, project)

    def found_once(self, caught_up: Callable[[Found], bool], since: date, until: date) -> Found:
        """The same once it has caught up; after `PATIENCE` seconds, whatever it is."""
        return _found_once(lambda: self.found(since, until), caught_up)

    def report(self, language: str, file_format: str, since: date, until: date) -> bytes:
        """The report of the project in one language, as a file."""
        asked = {"language": language, "format": file_format, "since": str(since), "until": str(until)}
        return self._read("reporting", "/report", **asked).content

    @property
    def _coordinator(self) -> dict[str, str]:
        return {"Authorization": self.bearer(Role.COORDINATOR, None)}

    def _bearer(self, role: Role, organisation: str | None) -> str:
        return f"Bearer {token(role, organisation, self.cities)}"

    def _read(self, service: str, path: str, **params: str) -> httpx.Response:
        return self._ask("GET", service, path, headers=self._coordinator, params=params)

    def _ask(self, method: str, service: str, path: str, **more: Any) -> httpx.Response:
        url = self.urls[service] + path
        try:
            answer = self._again(method, url, **more)
            answer.raise_for_status()
        except httpx.HTTPStatusError as no:
            raise Trouble(f"{method} {url} was answered {no.response.status_code}: {no.response.text[:400]}") from None
        except httpx.TransportError as error:
            raise Trouble(f"{method} {url} cannot be reached ({error}): start the services with make up.") from None
        return answer

    @stamina.retry(on=(httpx.TransportError, httpx.HTTPStatusError), attempts=5, timeout=10)
    def _again(self, method: str, url: str, **more: Any) -> httpx.Response:
        answer = self.client.request(method, url, **more)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            answer.raise_for_status()
        return answer


def _found_once(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What `look` finds once it is good; after `PATIENCE` seconds, whatever it is."""
    deadline = time.monotonic() + PATIENCE
    while not good(found := look()) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found
