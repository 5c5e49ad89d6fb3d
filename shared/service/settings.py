"""Every environment variable a service reads, and nowhere else."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.eventstore.transport import Tls, require_tls
from shared.messaging.connection import KafkaAccess

Role = Literal["api", "relay", "consumer"]


class Settings(KafkaAccess):
    """What all services share: `KAFKA_BOOTSTRAP_SERVERS`, `AUTH_*`, `LOG_LEVEL`, `HOST`.

    `KAFKA_SECURITY_PROTOCOL` and the like: see KafkaAccess.
    `<SERVICE>_DATABASE_URL`: its database, in its run-time role; a password stands in the file that `passfile` names.
    `<SERVICE>_DATABASE_OWNER_URL`: the same in the role that owns the tables, which migrations need; a process without
    it applies none. `DATABASE_TLS` (`verify-full`): what both need where the server is another machine; or `off`.
    `KAFKA_REPLICATION`: copies of a topic that a service makes; unset, one a broker, at most three.
    `<SERVICE>_PUBLIC_URL`: the address printed on documents; unset, that of the request.
    `ROLES` (`api,relay,consumer`, all unless set): what this process does of its service's work.
    `TRUSTED_PROXIES` (`10.0.0.0/8,192.0.2.1`, none unless set): whose `X-Forwarded-For` is trusted.
    `..._PER_MINUTE`: requests of one address without a token, that read or write, and of one caller; 0 is no limit.
    `IDEMPOTENCY_KEEP_DAYS`: how long an answer is kept for its `Idempotency-Key`.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    kafka_bootstrap_servers: str = "127.0.0.1:19092"
    kafka_replication: int | None = Field(default=None, ge=1)
    auth_jwks_file: str = ".local/auth/jwks.json"
    auth_issuer: str = "https://carrousel.local"
    auth_audience: str = "carrousel"
    people_keys_file: str = ".local/auth/people.keys"
    people_keep_days: int = Field(default=5 * 365, ge=1)
    log_level: str = "INFO"
    database_url: SecretStr = Field(default=SecretStr(""))
    database_owner_url: SecretStr = Field(default=SecretStr(""))
    database_tls: Tls = "verify-full"
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str = Field(default="", pattern=r"^(https?://[!-~]+)?$")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    public_reads_per_minute: int = Field(default=240, ge=0)
    public_writes_per_minute: int = Field(default=60, ge=0)
    caller_requests_per_minute: int = Field(default=600, ge=0)
    idempotency_keep_days: int = Field(default=7, ge=1, le=90)
    roles: Annotated[frozenset[Role], NoDecode] = Field(
        default=frozenset[Role](("api", "relay", "consumer")), min_length=1
    )

    @model_validator(mode="after")
    def _databases_are_verified(self) -> Settings:
        for url in (self.database_url, self.database_owner_url):
            require_tls(url.get_secret_value(), self.database_tls)
        return self

    @field_validator("roles", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


def settings_of(service: str) -> Settings:
    """The settings of one service: `<SERVICE>_DATABASE_URL` and `<SERVICE>_PORT` are its own.

    Raises pydantic's ValidationError naming the variable that is wrong.
    """

    class Own(Settings):
        database_url: SecretStr = Field(validation_alias=f"{service}_database_url")
        database_owner_url: SecretStr = Field(SecretStr(""), validation_alias=f"{service}_database_owner_url")
        port: int = Field(validation_alias=f"{service}_port", ge=1, le=65535)
        public_url: str = Field(default="", validation_alias=f"{service}_public_url", pattern=r"^(https?://[!-~]+)?$")

    return Own()
