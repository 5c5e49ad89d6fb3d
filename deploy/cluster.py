"""A service in Kubernetes: one deployment a role, so that each is scaled by what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

REPLICAS = {"api": 2, "relay": 2, "subscriber": 1}  # of two relays one leads, the other stands by
MOST = 12  # as many as partitions: one more would hear nothing
LAG_A_MEMBER = 500
UNPRIVILEGED = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def service(name: str, port: int, roles: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Its deployments, the address of its API, and how its subscribers are scaled on lag (KEDA)."""
    for role in roles:
        yield _deployment(name, port, role)
        yield _budget(name, role)
        if role == "api":
            yield _address(name, port)
        if role == "subscriber":
            yield _scaling(name)


def _deployment(name: str, port: int, role: str) -> dict[str, Any]:
    labels = _labels(name, role)
    scraped = {"prometheus.io/scrape": "true", "prometheus.io/port": str(port), "prometheus.io/path": "/metrics"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _called(f"{name}-{role}", labels),
        "spec": {
            "replicas": REPLICAS[role],
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": scraped},
                "spec": {
                    "terminationGracePeriodSeconds": 30,
                    "automountServiceAccountToken": False,
                    "containers": [_container(name, port, role)],
                    "volumes": [
                        {"name": "keys", "secret": {"secretName": f"{name}-keys", "defaultMode": 0o444}},
                        {"name": "tmp", "emptyDir": {}},
                    ],
                },
            },
        },
    }


def _container(name: str, port: int, role: str) -> dict[str, Any]:
    return {
        "name": name,
        "image": "carrousel",
        "args": [f"services.{name}"],
        "ports": [{"name": "http", "containerPort": port}],
        "env": [
            {"name": "ROLES", "value": role},
            {"name": "HOST", "value": "0.0.0.0"},  # noqa: S104 - the address of the pod
            {"name": f"{name.upper()}_PORT", "value": str(port)},
            {"name": "AUTH_JWKS_FILE", "value": "/keys/jwks.json"},
            {"name": "PEOPLE_KEYS_FILE", "value": "/keys/people.keys"},
            {
                "name": f"{name.upper()}_DATABASE_URL",
                "valueFrom": {"secretKeyRef": {"name": f"{name}-database", "key": "url"}},
            },
        ],
        "envFrom": [{"configMapRef": {"name": "carrousel"}}],
        "startupProbe": {"httpGet": {"path": "/health/live", "port": "http"}, "failureThreshold": 60},
        "livenessProbe": {"httpGet": {"path": "/health/live", "port": "http"}, "periodSeconds": 10},
        "readinessProbe": {
            "httpGet": {"path": "/health/ready", "port": "http"},
            "periodSeconds": 10,
            "timeoutSeconds": 5,
        },
        "resources": {"requests": {"cpu": "100m", "memory": "160Mi"}, "limits": {"memory": "384Mi"}},
        "securityContext": UNPRIVILEGED,
        "volumeMounts": [
            {"name": "keys", "mountPath": "/keys", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - of the container alone
        ],
    }


def _address(name: str, port: int) -> dict[str, Any]:
    labels = _labels(name, "api")
    ports = [{"name": "http", "port": port, "targetPort": "http"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _called(name, labels),
        "spec": {"selector": labels, "ports": ports},
    }


def _budget(name: str, role: str) -> dict[str, Any]:
    labels = _labels(name, role)
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _called(f"{name}-{role}", labels),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
    }


def _scaling(name: str) -> dict[str, Any]:
    labels = _labels(name, "subscriber")
    trigger = {
        "serverAddress": "http://prometheus:9090",
        "query": f'sum(carrousel_consumer_lag_messages{{job="{name}"}})',
        "threshold": str(LAG_A_MEMBER),
    }
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": _called(f"{name}-subscriber", labels),
        "spec": {
            "scaleTargetRef": {"name": f"{name}-subscriber"},
            "minReplicaCount": REPLICAS["subscriber"],
            "maxReplicaCount": MOST,
            "cooldownPeriod": 300,
            "triggers": [{"type": "prometheus", "metadata": trigger}],
        },
    }


def _labels(name: str, role: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/part-of": "carrousel",
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": role,
    }


def _called(name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "labels": labels}
