"""`make manifests`: writes what must name every service: docker-compose.yml, what Prometheus reads, Kubernetes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy import cluster, compose

ROOT = Path(__file__).resolve().parents[1]
PORTS = {"referral": 8101, "carousel": 8102, "training": 8103, "reporting": 8104}
PARTS = {"relay": (".publishes(",), "subscriber": (".hears(", ".folds(")}


def services(root: Path = ROOT) -> dict[str, list[str]]:
    """The services that exist, each with its roles: all answer, some publish, some listen."""
    found = {}
    for name in PORTS:
        app = root / "services" / name / "app.py"
        if app.exists():
            wiring = app.read_text(encoding="utf-8")
            found[name] = ["api", *(role for role, words in PARTS.items() if any(word in wiring for word in words))]
    return found


def manifests(root: Path = ROOT) -> dict[Path, str]:
    """Every file this writes, with its content."""
    found = services(root)
    return {
        root / "docker-compose.yml": _text([compose.stack({name: PORTS[name] for name in found})]),
        root / "deploy/prometheus/prometheus.yml": _text([compose.scraping({name: PORTS[name] for name in found})]),
        root / "deploy/kubernetes/services.yaml": _text(
            [each for name, roles in found.items() for each in cluster.service(name, PORTS[name], roles)]
        ),
    }


def _text(documents: list[Mapping[str, Any]]) -> str:
    head = "# Written by `make manifests`.\n"
    text: str = yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, width=120, allow_unicode=True)
    return head + text


class _Plain(yaml.SafeDumper):
    """Without anchors: every document reads by itself."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


if __name__ == "__main__":
    for path, content in manifests().items():
        path.write_text(content, encoding="utf-8")
