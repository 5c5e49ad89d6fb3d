"""What the services of this machine share: the keys of tokens, names and subjects, and the rates."""

from __future__ import annotations

import os
import secrets
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
    subject, client = home / "auth" / "subject.key", home / "auth" / "client.secret"
    for secret in (subject, client):
        write(secret, f"{secrets.token_urlsafe(32)}\n", 0o600)
    unlimited = {rate: os.environ.get(rate, "0") for rate in RATES}
    files = {"AUTH_JWKS_FILE": jwks, "PEOPLE_KEYS_FILE": people, "SUBJECT_KEY_FILE": subject}
    files["OIDC_CLIENT_SECRET_FILE"] = client
    return {name: str(path) for name, path in files.items()} | unlimited
