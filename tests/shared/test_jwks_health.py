"""What is said of a file of keys that cannot be read: one sentence, word for word, and nothing that stands in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet

from shared.http.auth import TokenVerifier

SECRET = "not-a-key-but-somebodys-secret"  # noqa: S105 - what must not be said


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{" + SECRET, "JSONDecodeError"),
        (json.dumps({"keys": [{"kty": SECRET}]}), "ValueError"),
        (json.dumps({"keys": [], "note": SECRET}), "ValueError"),
    ],
)
async def test_the_sentence_tells_the_kind_of_fault_and_what_holds_meanwhile(
    tmp_path: Path, text: str, cause: str
) -> None:
    file = tmp_path / "jwks.json"
    gate = TokenVerifier(file, "issuer", "audience")
    file.write_text(text)
    said = f"No keys were ever read from the file that AUTH_JWKS_FILE names ({cause}); nobody is recognised."
    assert str(await gate.check_health()) == said
    file.write_text(json.dumps(KeySet([ECKey.generate_key("P-256", {"kid": "a"})]).as_dict(private=False)))
    assert await gate.check_health() is None
    file.write_text(text)
    said = f"The file that AUTH_JWKS_FILE names holds no keys ({cause}); the last good keys are used."
    assert str(await gate.check_health()) == said
