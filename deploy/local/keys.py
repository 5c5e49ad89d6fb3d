"""What the services of this machine share: the keys of tokens and of names, and the rates."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.local.tokens import ensure_keys, write

# Here a few programs send the requests of everybody, as fast as they can.
RATES = ("PUBLIC_READS_PER_MINUTE", "PUBLIC_WRITES_PER_MINUTE", "CALLER_REQUESTS_PER_MINUTE")


def environment(home: Path) -> dict[str, str]:
    """Make what is missing under `home`/auth; returns the variables that point there, and rates without a limit."""
    jwks = ensure_keys(home)
    people = home / "auth" / "people.keys"
    if not people.exists():
        write(people, f"{Fernet.generate_key().decode()}\n", 0o600)
    unlimited = {rate: os.environ.get(rate, "0") for rate in RATES}
    return {"AUTH_JWKS_FILE": str(jwks), "PEOPLE_KEYS_FILE": str(people), **unlimited}
