"""How every Kafka client of the programme connects: one place for TLS, the principal and its secret."""

from __future__ import annotations

import hashlib
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import structlog
from faststream.security import BaseSecurity, SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512
from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.messaging.oauth import TokenProvider
from shared.secrets.files import read_secret, require_closed

log = structlog.get_logger(__name__)

Protocol = Literal["SASL_SSL", "SSL", "PLAINTEXT"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER"]
LIBRDKAFKA_ERRORS = 3
# A dictionary of the keyword arguments of somebody else's functions.
Options = dict[str, Any]


class KafkaAccess(BaseSettings):
    """Who a process is for Kafka; without TLS and a principal only where `KAFKA_SECURITY_PROTOCOL` says so.

    `KAFKA_USER` and `KAFKA_PASSWORD_FILE`: the principal, and the file with its password, read at each connection.
    `KAFKA_CA_FILE`: the authorities that sign the brokers' certificates; empty, those of the system. Unset, all
    three are those of the local stack.
    `KAFKA_CERTIFICATE_FILE`: with the protocol SSL, a key and its certificate, by which the process is known.
    `KAFKA_OAUTH_...` with the mechanism OAUTHBEARER: where a token is asked for, and as which client.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    kafka_security_protocol: Protocol = "SASL_SSL"
    kafka_mechanism: Mechanism = "SCRAM-SHA-512"
    kafka_user: str = "operator"
    kafka_password_file: str = ".local/auth/kafka/operator.password"  # noqa: S105 - the name of its file
    kafka_ca_file: str = ".local/auth/kafka/ca.pem"
    kafka_certificate_file: str = ""
    kafka_oauth_token_url: str = Field(default="", pattern=r"^(https://[!-~]+)?$")
    kafka_oauth_client_id: str = ""
    kafka_oauth_client_secret_file: str = ""
    kafka_oauth_scope: str = ""

    @property
    def kafka_by_token(self) -> bool:
        """Whether it identifies itself by a token."""
        return self.kafka_mechanism == "OAUTHBEARER"

    @model_validator(mode="after")
    def _plain_is_said(self) -> KafkaAccess:
        if self.kafka_security_protocol == "PLAINTEXT":
            _warn()
        return self


@lru_cache(maxsize=1)
def _warn() -> None:
    log.warning("Kafka without TLS and without a principal: KAFKA_SECURITY_PROTOCOL is PLAINTEXT")


def connecting(servers: str, access: KafkaAccess | None = None) -> Options:
    """The options of an aiokafka client that connects to `servers`.

    Raises OSError and ReadableByOthers when the password or the authorities cannot be read.
    """
    found = access or KafkaAccess()
    options: Options = {"bootstrap_servers": servers, "security_protocol": found.kafka_security_protocol}
    if found.kafka_security_protocol != "PLAINTEXT":
        options["ssl_context"] = _context(found)
    if found.kafka_security_protocol == "SASL_SSL":
        options |= {"sasl_mechanism": found.kafka_mechanism} | _principal(found)
    return options


def secret_in_use(access: KafkaAccess | None = None) -> bytes:
    """A digest of the password as its file has it now: when it changes, clients are opened anew. Nothing else has one.

    An aiokafka client keeps the password that it was opened with, for every connection that it makes later.
    """
    found = access or KafkaAccess()
    if found.kafka_security_protocol != "SASL_SSL" or found.kafka_by_token:
        return b""
    try:
        return hashlib.sha256(Path(found.kafka_password_file).read_bytes()).digest()
    except OSError:
        return b""


def _principal(access: KafkaAccess) -> Options:
    if access.kafka_by_token:
        return {"sasl_oauth_token_provider": _tokens(access)}
    return {"sasl_plain_username": access.kafka_user, "sasl_plain_password": read_secret(access.kafka_password_file)}


def security_of(access: KafkaAccess | None = None) -> tuple[BaseSecurity, Options]:
    """The same for FastStream: its own description, and what that leaves out."""
    found = access or KafkaAccess()
    if found.kafka_security_protocol == "PLAINTEXT":
        return BaseSecurity(use_ssl=False), {}
    context = _context(found)
    if found.kafka_security_protocol == "SSL":
        return BaseSecurity(ssl_context=context, use_ssl=True), {}
    if found.kafka_by_token:
        return SASLOAuthBearer(ssl_context=context, use_ssl=True), {"sasl_oauth_token_provider": _tokens(found)}
    kinds = {"SCRAM-SHA-512": SASLScram512, "SCRAM-SHA-256": SASLScram256, "PLAIN": SASLPlaintext}
    password = read_secret(found.kafka_password_file)
    return kinds[found.kafka_mechanism](found.kafka_user, password, ssl_context=context, use_ssl=True), {}


def for_librdkafka(servers: str, access: KafkaAccess | None = None) -> Options:
    """The same for a confluent-kafka client, which the console of a cluster uses."""
    found = access or KafkaAccess()
    protocol = found.kafka_security_protocol
    options: Options = {"bootstrap.servers": servers, "security.protocol": protocol, "log_level": LIBRDKAFKA_ERRORS}
    if protocol != "PLAINTEXT" and found.kafka_ca_file:
        options["ssl.ca.location"] = found.kafka_ca_file
    if protocol == "SSL" and found.kafka_certificate_file:
        require_closed(found.kafka_certificate_file)
        options |= dict.fromkeys(("ssl.certificate.location", "ssl.key.location"), found.kafka_certificate_file)
    if protocol == "SASL_SSL":
        options["sasl.mechanism"] = found.kafka_mechanism
        options |= _librdkafka_principal(found)
    return options


def _librdkafka_principal(access: KafkaAccess) -> Options:
    if access.kafka_by_token:
        return {
            "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.token.endpoint.url": access.kafka_oauth_token_url,
            "sasl.oauthbearer.client.id": access.kafka_oauth_client_id,
            "sasl.oauthbearer.client.secret": read_secret(access.kafka_oauth_client_secret_file),
            "sasl.oauthbearer.scope": access.kafka_oauth_scope,
        }
    return {"sasl.username": access.kafka_user, "sasl.password": read_secret(access.kafka_password_file)}


def _tokens(access: KafkaAccess) -> TokenProvider:
    return TokenProvider(
        access.kafka_oauth_token_url,
        access.kafka_oauth_client_id,
        access.kafka_oauth_client_secret_file,
        access.kafka_oauth_scope,
    )


def _context(access: KafkaAccess) -> ssl.SSLContext:
    changed = Path(access.kafka_ca_file).stat().st_mtime_ns if access.kafka_ca_file else 0
    if access.kafka_security_protocol != "SSL" or not access.kafka_certificate_file:
        return _context_of(access.kafka_ca_file, changed)
    require_closed(access.kafka_certificate_file)
    context = ssl.create_default_context(cafile=access.kafka_ca_file or None)
    context.load_cert_chain(access.kafka_certificate_file)
    return context


@lru_cache(maxsize=8)
def _context_of(ca_file: str, _changed: int) -> ssl.SSLContext:
    """Verifies the certificate and the host name."""
    return ssl.create_default_context(cafile=ca_file or None)
