"""The stack as containers: three Kafka brokers, PostgreSQL, the services, Prometheus and Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deploy.local.postgres import log_settings

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
SERVERS = ",".join(f"{name}:9092" for name in BROKERS)
KAFKA, POSTGRES = "apache/kafka:4.3.1", "postgres:18"
PROMETHEUS, GRAFANA = "prom/prometheus:v3.5.0", "grafana/grafana:12.2.0"
DATABASES = ("referral", "carousel", "training", "reporting")
EVERY_TEN_SECONDS = {"interval": "10s", "timeout": "5s", "retries": 6, "start_period": "30s"}


def stack(ports: Mapping[str, int]) -> dict[str, Any]:
    """docker-compose.yml for the services in `ports`; secrets come from .env (deploy/example.env)."""
    parts = {name: _broker(number) for number, name in enumerate(BROKERS, start=1)}
    parts["postgres"] = _postgres()
    parts["topics"] = _topics()
    parts |= {name: _service(name, port) for name, port in ports.items()}
    parts |= {"prometheus": _prometheus(ports), "grafana": _grafana()}
    volumes = [*BROKERS, "postgres", "prometheus", "grafana"]
    secrets = {"jwks": {"file": _asked("AUTH_JWKS_FILE")}, "people": {"file": _asked("PEOPLE_KEYS_FILE")}}
    return {"name": "carrousel", "services": parts, "volumes": dict.fromkeys(volumes), "secrets": secrets}


def scraping(ports: Mapping[str, int]) -> dict[str, Any]:
    """prometheus.yml: one job a service, so that `job` is the service everywhere."""
    jobs = [{"job_name": name, "static_configs": [{"targets": [f"{name}:{port}"]}]} for name, port in ports.items()]
    return {
        "global": {"scrape_interval": "10s", "evaluation_interval": "10s"},
        "rule_files": ["alerts.yml"],
        "scrape_configs": jobs,
    }


def _broker(number: int) -> dict[str, Any]:
    voters = ",".join(f"{nth}@{name}:9093" for nth, name in enumerate(BROKERS, start=1))
    settings = {
        "KAFKA_NODE_ID": number,
        "CLUSTER_ID": _asked("KAFKA_CLUSTER_ID"),
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": voters,
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://kafka-{number}:9092",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_DEFAULT_REPLICATION_FACTOR": 3,
        "KAFKA_MIN_INSYNC_REPLICAS": 2,
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": 3,
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": 3,
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": 2,
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": 3,
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": 2,
        "KAFKA_LOG_RETENTION_MS": -1,
        "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
    }
    answers = "/opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server localhost:9092"
    return {
        "image": KAFKA,
        "restart": "unless-stopped",
        "environment": settings,
        "volumes": [f"kafka-{number}:/var/lib/kafka/data"],
        "healthcheck": {"test": ["CMD-SHELL", answers], **EVERY_TEN_SECONDS},
    }


def _postgres() -> dict[str, Any]:
    passwords = {variable: _asked(variable) for variable in ("POSTGRES_PASSWORD", *map(_password, DATABASES))}
    return {
        "image": POSTGRES,
        "restart": "unless-stopped",
        "command": [
            "postgres",
            *(part for name, value in log_settings().items() for part in ("-c", f"{name}={value}")),
        ],
        "environment": passwords,
        "volumes": ["postgres:/var/lib/postgresql", "./deploy/postgres:/docker-entrypoint-initdb.d:ro"],
        "healthcheck": {"test": ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"], **EVERY_TEN_SECONDS},
    }


def _topics() -> dict[str, Any]:
    return {
        **_image(),
        "command": ["deploy.kafka", "--replication", "3"],
        "environment": {"KAFKA_BOOTSTRAP_SERVERS": SERVERS},
        "depends_on": {name: {"condition": "service_healthy"} for name in BROKERS},
    }


def _service(name: str, port: int) -> dict[str, Any]:
    ready = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/health/ready')"
    return {
        **_image(),
        "command": [f"services.{name}"],
        "restart": "unless-stopped",
        "environment": {
            "HOST": "0.0.0.0",  # noqa: S104 - inside a container, behind a port on the loopback address
            "ROLES": "${ROLES:-api,relay,subscriber}",
            f"{name.upper()}_PORT": port,
            f"{name.upper()}_DATABASE_URL": f"postgresql://{name}:{_asked(_password(name))}@postgres:5432/{name}",
            f"{name.upper()}_PUBLIC_URL": f"${{{name.upper()}_PUBLIC_URL:-}}",
            "KAFKA_BOOTSTRAP_SERVERS": SERVERS,
            "AUTH_ISSUER": _asked("AUTH_ISSUER"),
            "AUTH_AUDIENCE": "${AUTH_AUDIENCE:-carrousel}",
            "AUTH_JWKS_FILE": "/run/secrets/jwks",
            "PEOPLE_KEYS_FILE": "/run/secrets/people",
        },
        "secrets": ["jwks", "people"],
        "ports": [f"127.0.0.1:{port}:{port}"],
        "depends_on": {
            "postgres": {"condition": "service_healthy"},
            "topics": {"condition": "service_completed_successfully"},
        },
        "healthcheck": {"test": ["CMD", "python", "-c", ready], **EVERY_TEN_SECONDS},
        "stop_grace_period": "30s",
    }


def _prometheus(services: Iterable[str]) -> dict[str, Any]:
    return {
        "image": PROMETHEUS,
        "restart": "unless-stopped",
        "volumes": ["./deploy/prometheus:/etc/prometheus:ro", "prometheus:/prometheus"],
        "ports": ["127.0.0.1:9090:9090"],
        "depends_on": list(services),
    }


def _grafana() -> dict[str, Any]:
    return {
        "image": GRAFANA,
        "restart": "unless-stopped",
        "environment": {"GF_SECURITY_ADMIN_PASSWORD": _asked("GRAFANA_PASSWORD")},
        "volumes": [
            "./deploy/grafana/provisioning:/etc/grafana/provisioning:ro",
            "./deploy/grafana/dashboards:/var/lib/grafana/dashboards:ro",
            "grafana:/var/lib/grafana",
        ],
        "ports": ["127.0.0.1:3000:3000"],
        "depends_on": ["prometheus"],
    }


def _image() -> dict[str, Any]:
    return {"image": "carrousel", "build": {"context": ".", "dockerfile": "deploy/Dockerfile"}}


def _password(name: str) -> str:
    return f"{name.upper()}_PASSWORD"


def _asked(variable: str) -> str:
    return f"${{{variable}:?set {variable} in .env}}"
