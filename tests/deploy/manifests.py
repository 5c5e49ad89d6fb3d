"""The files of deploy and docker-compose.yml, as the tools read them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

import shared.observability.metrics  # noqa: F401 - fills the registry
from deploy.services import PORTS
from shared.service.declaration import Service
from shared.service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


class Cluster:
    """What `kubectl apply -k deploy/kubernetes` would send, by kind and name."""

    def __init__(self, documents: Iterable[dict[str, Any]]) -> None:
        self.documents = list(documents)

    def of_kind(self, kind: str) -> dict[str, dict[str, Any]]:
        return {each["metadata"]["name"]: each for each in self.documents if each["kind"] == kind}

    def containers(self) -> dict[str, dict[str, Any]]:
        """The container of each deployment."""
        found = self.of_kind("Deployment").items()
        return {name: each["spec"]["template"]["spec"]["containers"][0] for name, each in found}


def built() -> Cluster:
    """By kubectl; skips the test where there is none."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not on this machine")
    command = ["kubectl", "kustomize", "deploy/kubernetes"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return Cluster(yaml.safe_load_all(done.stdout))


def roles(name: str) -> list[str]:
    """What there is to do for the processes of a service: all answer, some publish, some consume."""
    service: Service = import_module(f"services.{name}.app").SERVICE
    publishes, consumes = service.to_integration_event, service.consumers or service.topic_projection
    return ["api", *(["relay"] if publishes else []), *(["consumer"] if consumes else [])]


def known(variable: str) -> bool:
    """Whether a service reads this variable."""
    own = {
        f"{name}_{rest}".upper()
        for name in PORTS
        for rest in ("port", "database_url", "database_owner_url", "public_url")
    }
    return variable in own or variable.lower() in Settings.model_fields


def compose_url(role: str, name: str) -> str:
    """A database among the containers: its password in a file, TLS verified."""
    rest = f"passfile=/run/secrets/{role}&sslmode=verify-full&sslrootcert=/run/secrets/ca"
    return f"postgresql://{role}@postgres:5432/{name}?{rest}"
