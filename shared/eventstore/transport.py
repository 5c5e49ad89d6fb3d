"""TLS to PostgreSQL: verified, unless the server is on this machine or a setting says otherwise."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import structlog

log = structlog.get_logger(__name__)

Tls = Literal["verify-full", "off"]


def require_tls(url: str, tls: Tls) -> str:
    """The URL, if it asks for `sslmode=verify-full` or names this machine. Raises ValueError, without the URL."""
    parts = urlsplit(url)
    if not url or _here(parts.hostname):
        return url
    if tls == "off":
        _warn()
    elif parse_qs(parts.query).get("sslmode") != ["verify-full"]:
        raise ValueError("another machine is reached with sslmode=verify-full and sslrootcert, or DATABASE_TLS=off")
    return url


@lru_cache(maxsize=1)
def _warn() -> None:
    log.warning("PostgreSQL on another machine without verified TLS: DATABASE_TLS is off")


def _here(host: str | None) -> bool:
    """Whether this machine is meant: no host is a socket."""
    if host is None or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
