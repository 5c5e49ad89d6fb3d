"""How the demo asks the running services over HTTP: tells the steps, waits for the figures, fetches the reports."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import httpx
import stamina

from deploy.local.figures import Asked
from deploy.local.history import Step
from deploy.local.processes import Trouble
from deploy.local.tokens import token
from shared.callers import Role

PATIENCE = 30.0
PAUSE = 0.3
SYNTHETIC = {"nl": "synthetische gegevens", "fr": "données synthétiques", "en": "synthetic data"}


class Services:
    """The referral and the reporting API, each request made in the role that may make it."""

    def __init__(self, cities: Iterable[str], client: httpx.Client | None = None) -> None:
        self.referral = os.environ.get("REFERRAL_URL") or _local("REFERRAL_PORT", 8101)
        self.reporting = os.environ.get("REPORTING_URL") or _local("REPORTING_PORT", 8104)
        self.client = client or httpx.Client(timeout=30, trust_env=False)
        self.bearers = {role: f"Bearer {token(role, cities=cities)}" for role in (Role.COORDINATOR, Role.FACILITATOR)}

    def tell(self, step: Step) -> None:
        """Ask the referral service for one step; asked again, it changes nothing."""
        key = {"Idempotency-Key": step.key}
        self._ask("POST", self.referral + step.path, step.role, json=dict(step.body), headers=key)

    def introduce(self, asked: Asked) -> None:
        """Tell the reporting service which project it reports on, and that the data is synthetic."""
        project = {
            "title": {language: f"{asked.title} ({word})" for language, word in SYNTHETIC.items()},
            "coordinating_municipality": asked.cities[0],
            "participating_municipalities": list(asked.cities[1:]),
            "contacts": [{"service": {"fr": service}, "email": email} for service, email in asked.contacts],
            "duration_years": asked.duration_years,
        }
        self._ask("PUT", f"{self.reporting}/project", Role.COORDINATOR, json=project)

    def figures(self, since: date, until: date) -> dict[str, Any]:
        """Every figure of the reporting service by its code, as a coordinator sees it."""
        span = {"since": str(since), "until": str(until)}
        answer = self._ask("GET", f"{self.reporting}/figures", Role.COORDINATOR, params=span).json()
        return {figure["code"]: figure["value"] for figure in answer["figures"]}

    def figures_once_caught_up(self, expected: Mapping[str, int], since: date, until: date) -> dict[str, Any]:
        """The figures once they are those expected; after `PATIENCE` seconds, whatever they are."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.figures(since, until)
            if all(found.get(code) == value for code, value in expected.items()) or time.monotonic() > deadline:
                return found
            time.sleep(PAUSE)

    def report(self, language: str, file_format: str, since: date, until: date) -> bytes:
        """The report of the project in one language, as a file."""
        asked = {"language": language, "format": file_format, "since": str(since), "until": str(until)}
        return self._ask("GET", f"{self.reporting}/report", Role.COORDINATOR, params=asked).content

    def _ask(self, method: str, url: str, role: Role, **more: Any) -> httpx.Response:
        headers = {**more.pop("headers", {}), "Authorization": self.bearers[role]}
        try:
            answer = self._patiently(method, url, headers=headers, **more)
            answer.raise_for_status()
        except httpx.HTTPStatusError as no:
            raise Trouble(f"{method} {url} was answered {no.response.status_code}: {no.response.text[:400]}") from None
        except httpx.TransportError as error:
            raise Trouble(f"{method} {url} cannot be reached ({error}): start the services with make up.") from None
        return answer

    @stamina.retry(on=(httpx.TransportError, httpx.HTTPStatusError), attempts=5, timeout=10)
    def _patiently(self, method: str, url: str, **more: Any) -> httpx.Response:
        answer = self.client.request(method, url, **more)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            answer.raise_for_status()
        return answer


def _local(variable: str, port: int) -> str:
    return f"http://127.0.0.1:{os.environ.get(variable) or port}"
