"""The signing key of this machine, and tokens signed with it: for local use, never for a real installation."""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.domain.messages import JsonObject
from shared.http.auth import Role
from shared.service.settings import Settings

HOME = Path(__file__).resolve().parents[2] / ".local"
ALGORITHM = "ES256"


def ensure_keys(home: Path) -> Path:
    """Make `home`/auth/signing.json (0600) and jwks.json unless they are there; returns the path of jwks.json.

    Safe to call again and by several programs at once: the first key made is the key, and nothing is half written.
    """
    folder = home / "auth"
    folder.mkdir(parents=True, exist_ok=True)
    signing, public = folder / "signing.json", folder / "jwks.json"
    if not signing.exists():
        new = ECKey.generate_key("P-256", {"kid": uuid.uuid4().hex, "alg": ALGORITHM, "use": "sig"})
        write(signing, json.dumps(new.as_dict(private=True)), 0o600)
    expected = {"keys": [_key(signing).as_dict(private=False)]}
    if not public.exists() or json.loads(public.read_text(encoding="utf-8")) != expected:
        write(public, json.dumps(expected), 0o644, replace=True)
    return public


def token(
    role: Role | str,
    organisation: str | None = None,
    cities: Iterable[str] = (),
    subject: str | None = None,
    hours: float = 12,
    home: Path = HOME,
) -> str:
    """A bearer token, valid for `hours`; the subject is `synthetic-<role>` unless given. ValueError: no such role."""
    role = Role(role)
    ensure_keys(home)
    settings, now = Settings(), int(time.time())
    claims: JsonObject = {
        "iss": settings.auth_issuer,
        "aud": settings.auth_audience,
        "sub": subject or f"synthetic-{role}",
        "role": str(role),
        "cities": sorted(set(cities)),
        "iat": now,
        "exp": now + int(hours * 3600),
    }
    if organisation:
        claims["organisation"] = organisation
    key = _key(home / "auth" / "signing.json")
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


def _key(signing: Path) -> ECKey:
    return ECKey.import_key(json.loads(signing.read_text(encoding="utf-8")))


def write(path: Path, content: str, mode: int, *, replace: bool = False) -> None:
    """Write a temporary file and move it into place; without `replace`, an existing file stays."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8") as temporary:
        temporary.write(content)
        temporary.flush()
        Path(temporary.name).chmod(mode)
        if replace:
            linked = Path(f"{temporary.name}.new")
            linked.hardlink_to(temporary.name)
            linked.replace(path)
        else:
            with suppress(FileExistsError):
                path.hardlink_to(temporary.name)


def main(
    role: Annotated[Role, typer.Argument(help="What the bearer does in the programme.")],
    org: Annotated[str | None, typer.Option(help="The organisation he acts for.")] = None,
    city: Annotated[list[str] | None, typer.Option(help="A city he acts for; may be repeated.")] = None,
    subject: Annotated[str | None, typer.Option(help="His pseudonym.")] = None,
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 12,
) -> None:
    """Print one token."""
    typer.echo(token(role, org, [name for name in city or () if name], subject, hours))


if __name__ == "__main__":
    typer.run(main)
