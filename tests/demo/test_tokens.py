"""Local tokens are recognised by the services, and the key is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local.tokens import ensure_keys, token
from shared.http.auth import Caller, Role, TokenVerifier, Unauthenticated
from shared.service.settings import Settings


def gate(home: Path) -> TokenVerifier:
    """What a service checks tokens with."""
    settings = Settings()
    return TokenVerifier(ensure_keys(home), settings.auth_issuer, settings.auth_audience)


def test_a_local_token_says_who_asks(tmp_path: Path) -> None:
    """Role, organisation and cities arrive."""
    bearer = token("facilitator", "org-1", ["Oostende", "Brugge"], "worker-1", home=tmp_path)
    expected = Caller("worker-1", Role.FACILITATOR, "org-1", frozenset({"Oostende", "Brugge"}))
    assert gate(tmp_path).authenticate(f"Bearer {bearer}") == expected


def test_a_token_of_another_machine_or_an_old_one_is_not_recognised(tmp_path: Path) -> None:
    """Another key, or past its hours."""
    for bearer in (token(Role.OPS, home=tmp_path / "other"), token(Role.OPS, hours=-1, home=tmp_path)):
        with pytest.raises(Unauthenticated):
            gate(tmp_path).authenticate(f"Bearer {bearer}")


def test_the_key_is_made_once_even_by_many_at_once(tmp_path: Path) -> None:
    """The first key made is the key, for its owner only, and the private part is not published."""
    with ThreadPoolExecutor(8) as many:
        public = set(many.map(ensure_keys, [tmp_path] * 16)).pop()
    signing = tmp_path / "auth" / "signing.json"
    before = signing.read_bytes(), public.read_bytes(), public.stat().st_mtime_ns
    ensure_keys(tmp_path)
    assert (signing.read_bytes(), public.read_bytes(), public.stat().st_mtime_ns) == before
    assert signing.stat().st_mode & 0o777 == 0o600
    assert '"d"' not in public.read_text(encoding="utf-8")
    assert {path.name for path in signing.parent.iterdir()} == {"signing.json", "jwks.json"}
