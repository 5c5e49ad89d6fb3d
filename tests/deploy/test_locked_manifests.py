"""What is deployed is locked as the local stack is: users, rights, certificates, passwords, the owner of the tables."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509

import shared.observability.metrics  # noqa: F401 - fills the registry
from deploy import containers
from deploy.containers import BROKERS
from deploy.kafka.rights import OPERATOR, Right, rights
from deploy.services import SERVICES
from shared.contracts.catalogue import topics
from tests.deploy.manifests import COMPOSE, Cluster, compose_url, known


@pytest.mark.parametrize("name", SERVICES)
def test_the_owner_of_the_tables_makes_them_before_each_container(name: str) -> None:
    tables = COMPOSE["services"][f"{name}-tables"]
    assert tables["command"] == [f"services.{name}", "migrate"]
    assert tables["environment"][f"{name}_DATABASE_URL".upper()] == compose_url(name, name)
    assert tables["environment"][f"{name}_DATABASE_OWNER_URL".upper()] == compose_url(f"{name}_owner", name)
    done = {"condition": "service_completed_successfully"}
    assert COMPOSE["services"][name]["depends_on"] == {f"{name}-tables": done, "topics": done}
    roles = {f"{role}-role": f"{role}.password" for role in (name, f"{name}_owner")}
    given = {each["source"]: each["target"] for each in COMPOSE["services"]["postgres"]["secrets"]}
    assert roles.items() <= given.items()


def test_no_broker_among_the_containers_has_a_listener_without_tls_and_a_principal() -> None:
    for name in BROKERS:
        settings = COMPOSE["services"][name]["environment"]
        kinds = dict(each.split(":") for each in settings["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
        assert kinds == {"CLIENTS": "SASL_SSL", "BROKERS": "SSL", "CONTROLLER": "SSL"}
        for listener in ("BROKERS", "CONTROLLER"):
            assert settings[f"KAFKA_LISTENER_NAME_{listener}_SSL_CLIENT_AUTH"] == "required"
        assert settings["KAFKA_SUPER_USERS"] == "User:operator;User:CN=operator;User:CN=broker"
        assert settings["KAFKA_AUTHORIZER_CLASS_NAME"].endswith(".StandardAuthorizer")
        assert settings["KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND"] == "false"
        assert {"source": name, "target": "broker"} in COMPOSE["services"][name]["secrets"]


def test_every_secret_of_the_containers_is_made_and_used(tmp_path: Path) -> None:
    containers.make(tmp_path)
    files = {each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*") if each.is_file()}
    here = {
        each["file"].removeprefix(".secrets/") for each in COMPOSE["secrets"].values() if ".secrets" in each["file"]
    }
    assert files == here | {"authority.pem"}
    closed = [each for each in tmp_path.rglob("*") if each.is_file() and each.name != "ca.pem"]
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in closed} == {0}
    used = [each for service in COMPOSE["services"].values() for each in service.get("secrets", ())]
    assert {each if isinstance(each, str) else each["source"] for each in used} == COMPOSE["secrets"].keys()
    before = {each: each.read_bytes() for each in closed}
    containers.make(tmp_path)
    assert {each: each.read_bytes() for each in closed} == before


def test_the_certificates_of_the_containers_are_for_their_hosts(tmp_path: Path) -> None:
    containers.make(tmp_path)
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    for host in (*BROKERS, "postgres"):
        found = x509.load_pem_x509_certificate((tmp_path / f"{host}.pem").read_bytes())
        found.verify_directly_issued_by(authority)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [host]


def test_strimzi_gives_each_user_the_declared_rights_and_no_others(cluster: Cluster) -> None:
    users = cluster.of_kind("KafkaUser")
    assert users.keys() == {OPERATOR, *SERVICES}
    found = {
        Right(name, operation.upper(), each["resource"]["type"].upper(), each["resource"]["name"])
        for name, user in users.items()
        for each in user["spec"].get("authorization", {}).get("acls", ())
        for operation in each["operations"]
    }
    assert found == set(rights(topics()))
    for user in users.values():
        assert user["spec"]["authentication"] == {"type": "scram-sha-512"}
        for each in user["spec"].get("authorization", {}).get("acls", ()):
            wanted = "prefix" if each["resource"]["type"] == "group" else "literal"
            assert each["resource"]["patternType"] == wanted


def test_the_owner_of_the_tables_is_in_the_cluster_a_job_alone(cluster: Cluster) -> None:
    for name, container in cluster.containers().items():
        assert not [each for each in container["env"] if "OWNER" in each["name"]], name
    for name in SERVICES:
        [container] = cluster.of_kind("Job")[f"{name}-tables"]["spec"]["template"]["spec"]["containers"]
        assert container["args"] == [f"services.{name}", "migrate"]
        variables = {each["name"]: each for each in container["env"]}
        secret = variables[f"{name}_DATABASE_OWNER_URL".upper()]["valueFrom"]["secretKeyRef"]
        assert secret == {"name": f"{name}-database", "key": "owner-url"}
        assert [each for each in variables if not known(each)] == []


def test_no_secret_of_the_cluster_can_be_read_by_everybody(cluster: Cluster) -> None:
    pods = [
        each["spec"]["template"]["spec"] for kind in ("Deployment", "Job") for each in cluster.of_kind(kind).values()
    ]
    for pod in pods:
        assert pod["securityContext"] == {"fsGroup": 10001}
        mounted = {volume["secret"]["defaultMode"] for volume in pod["volumes"] if "secret" in volume}
        assert mounted == {0o440}
