"""Every environment variable a service reads, and nowhere else."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Role = Literal["api", "relay", "consumer"]


class Settings(BaseSettings):
    """What all services share: `KAFKA_BOOTSTRAP_SERVERS`, `AUTH_*`, `LOG_LEVEL`, `HOST`.

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
        port: int = Field(validation_alias=f"{service}_port", ge=1, le=65535)
        public_url: str = Field(default="", validation_alias=f"{service}_public_url", pattern=r"^(https?://[!-~]+)?$")

    return Own()
