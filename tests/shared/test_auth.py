"""Who is asking: a token of ours with sound claims is somebody, and nothing else is; keys that break do not shut us."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from structlog.testing import capture_logs

from shared.http.auth import Caller, KeysAway, Role, TokenVerifier, Unauthenticated

ISSUER, AUDIENCE = "https://issuer.example", "carrousel"
KEY = ECKey.generate_key("P-256", {"kid": "ours"})
OTHER = ECKey.generate_key("P-256", {"kid": "ours"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
MISSING = object()
GOOD = Caller("somebody", Role.FACILITATOR, "org-1", frozenset({"Oostende", "Brugge"}))
WORDS = ["", " ", "x" * 300, "a\x00b", "a\nb"]
ODD: list[Any] = [None, True, 1, -1.5, 10**30, [], {}, [1], [[]], [None], {"a": 1}]
WRONG: dict[str, list[Any]] = {
    "iss": [MISSING, "https://other.example", f"{ISSUER}/", [ISSUER], *WORDS, *ODD],
    "aud": [MISSING, "other", [AUDIENCE.upper()], {AUDIENCE: 1}, [AUDIENCE, 1], *WORDS, *ODD],
    "sub": [MISSING, *WORDS, *ODD],
    "exp": [MISSING, 0, -1, 1, "tomorrow", "4102444800", None, False, [], {}],
    "nbf": [2**40, "now", [], {}],
    "iat": [2**40, "now", [], {}],
    "role": [MISSING, "admin", "FACILITATOR", "facilitator ", *WORDS, *ODD],
    "organisation": ["org 1", "org/1", "-1", "x" * 65, *WORDS, *(each for each in ODD if each is not None)],
    "cities": ["Oostende", [1], [None], [[]], [{}], ["Oostende", 2], ["x" * 201], [""], ["a\x00"], 1, {}, None, True],
}


def claims(**changed: Any) -> dict[str, Any]:
    """What our issuer says of somebody, with some of it changed or left out."""
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "somebody", "role": "facilitator", "organisation": "org-1",
        "cities": ["Oostende", "Brugge"], "iat": now - 10, "nbf": now - 10, "exp": now + 600,
    }  # fmt: skip
    return {name: value for name, value in (said | changed).items() if value is not MISSING}


def signed(said: Any, key: Any = KEY, **header: Any) -> str:
    """A token over any JSON at all, by any key."""
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    head = {"alg": "ES256", "kid": "ours"} | header
    return jws.serialize_compact(head, payload, key, algorithms=[head["alg"]])


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def by_secret(secret: bytes, head: dict[str, str]) -> str:
    """A token signed with a secret that is none: our public key."""
    said = f"{part(head)}.{part(claims())}"
    signature = hmac.new(secret, said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> TokenVerifier:
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_text(json.dumps(KeySet([KEY, RSA]).as_dict(private=False)))
    return TokenVerifier(file, ISSUER, AUDIENCE)


def recognised(gate: TokenVerifier, token: str) -> Caller | None:
    try:
        return gate.authenticate(f"Bearer {token}")
    except Unauthenticated:
        return None


def test_a_token_of_ours_is_who_it_says(gate: TokenVerifier) -> None:
    assert recognised(gate, signed(claims())) == GOOD
    assert recognised(gate, signed(claims(), RSA, alg="RS256", kid="rsa")) == GOOD
    assert gate.authenticate(f"bearer  {signed(claims())} ") == GOOD


@pytest.mark.parametrize("optional", ["iat", "nbf"])
def test_what_may_be_left_out_may_be_left_out(gate: TokenVerifier, optional: str) -> None:
    assert recognised(gate, signed(claims(**{optional: MISSING}))) == GOOD


def test_who_acts_for_no_organisation_and_no_city_is_still_somebody(gate: TokenVerifier) -> None:
    expected = Caller("somebody", Role.FACILITATOR, None, frozenset())
    assert recognised(gate, signed(claims(organisation=MISSING, cities=MISSING))) == expected
    assert recognised(gate, signed(claims(organisation=None, cities=[]))) == expected


def test_an_audience_may_be_one_of_several_and_unknown_claims_are_nobodys_business(gate: TokenVerifier) -> None:
    assert recognised(gate, signed(claims(aud=["other", AUDIENCE], groups=[1, {"a": None}]))) == GOOD


@pytest.mark.parametrize(("claim", "value"), [(claim, value) for claim, values in WRONG.items() for value in values])
def test_a_good_signature_over_an_odd_claim_is_nobody(gate: TokenVerifier, claim: str, value: Any) -> None:
    assert recognised(gate, signed(claims(**{claim: value}))) is None


def test_a_token_ends_when_it_says(gate: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(time.time())
    token = signed(claims(exp=now + 100, nbf=now, iat=now))
    for at, expected in ((now, GOOD), (now + 99, GOOD), (now + 100, None), (now - 1, None)):
        monkeypatch.setattr(time, "time", lambda at=at: at)
        assert recognised(gate, token) == expected, at - now


def without_signature() -> Iterator[str]:
    head, payload, signature = signed(claims()).split(".")
    for algorithm in ("none", "None", "NONE", "nOnE"):
        yield f"{part({'alg': algorithm})}.{payload}."
        yield f"{part({'alg': algorithm, 'kid': 'ours'})}.{payload}.{signature}"
    yield f"{head}.{payload}."
    yield f"{head}.{payload}"
    yield f"{head}..{signature}"
    yield f"{head}.{part(claims(role='ops'))}.{signature}"
    yield f"{head}.{payload}.{signature[:-4]}AAAA"
    yield from ("", ".", "..", "...", "a.b.c", head, "\x00", "é" * 20)


def with_another_key() -> Iterator[str]:
    yield signed(claims(), OTHER)
    yield signed(claims(), OTHER, kid="other")
    for public in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode(), b""):
        yield by_secret(public, {"alg": "HS256", "kid": "ours"})
        yield by_secret(public, {"alg": "HS256"})
    yield signed(claims(), RSA, alg="RS512", kid="rsa")
    yield signed(claims(), RSA, alg="PS256", kid="rsa")
    yield signed(claims(), RSA, alg="RS256", kid="ours")
    yield signed(claims(), OTHER, jwk=OTHER.as_dict(private=False))
    yield signed(claims(), KEY, kid="../../etc/passwd")


@pytest.mark.parametrize("forged", [*without_signature(), *with_another_key()])
def test_a_token_that_is_not_signed_by_our_key_is_nobody(gate: TokenVerifier, forged: str) -> None:
    assert recognised(gate, forged) is None


@pytest.mark.parametrize(
    "payload", [b"[" * 20_000, b'{"a":' * 20_000, b"", b"null", b"[]", b'"x"', b"1", b"\xff", b"{", b"9" * 5000]
)
def test_a_good_signature_over_anything_but_claims_is_nobody(gate: TokenVerifier, payload: bytes) -> None:
    assert recognised(gate, signed(payload)) is None


@given(
    said=st.dictionaries(
        st.sampled_from([*WRONG, "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(AUDIENCE),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=5,
        ),
    )
)
def test_whatever_claims_are_signed_the_answer_is_somebody_sound_or_nobody(
    gate: TokenVerifier, said: dict[str, Any]
) -> None:
    found = recognised(gate, signed(claims(**said)))
    if found:
        assert 1 <= len(found.subject) <= 200
        assert found.organisation is None or isinstance(found.organisation, str)
        assert all(isinstance(city, str) for city in found.cities)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer\t", "token"])
def test_who_shows_no_token_is_nobody(gate: TokenVerifier, header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        gate.authenticate(header)


@pytest.mark.parametrize("scheme", ["Basic", "Token", "DPoP", "Bearer:", "X Bearer"])
def test_a_good_token_under_another_scheme_is_nobody(gate: TokenVerifier, scheme: str) -> None:
    with pytest.raises(Unauthenticated):
        gate.authenticate(f"{scheme} {signed(claims())}")


def breakings() -> dict[str, Callable[[Path], object]]:
    """Everything that can happen to a file of keys while a service runs."""
    symmetric = {"keys": [{"kty": "oct", "k": "YQ"}]}
    texts = {
        "empty": "", "cut": '{"keys": [{"kty": "E', "no keys": '{"keys": []}', "not keys": "[]",
        "words": '{"keys": [1]}', "null": "null", "unknown kind": '{"keys": [{"kty": "X"}]}',
        "symmetric": json.dumps(symmetric),
        "deep": "[" * 100_000, "bad key": '{"keys": [{"kty": "EC", "crv": "P-256", "x": "A", "y": "A"}]}',
    }  # fmt: skip
    return {name: partial(Path.write_text, data=text) for name, text in texts.items()} | {
        "missing": lambda file: file.unlink(),
        "a folder": lambda file: (file.unlink(), file.mkdir()),
        "not text": lambda file: file.write_bytes(b"\xff\xfe\x00"),
    }


@pytest.mark.parametrize("broken", list(breakings()))
async def test_the_last_good_keys_go_on_being_used_while_their_file_is_broken(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    gate = TokenVerifier(file, ISSUER, AUDIENCE)
    assert recognised(gate, signed(claims())) == GOOD
    assert await gate.check_health() is None
    with capture_logs() as logged:
        breakings()[broken](file)
        for _ in range(5):
            assert recognised(gate, signed(claims())) == GOOD
        check_health = await gate.check_health()
    assert check_health
    assert check_health.code in {"jwks-missing", "jwks-broken"}
    assert "last good keys" in str(check_health)
    assert [(line["event"], line["log_level"]) for line in logged] == [("keys for tokens cannot be read", "error")]
    assert recognised(gate, signed(claims(), OTHER)) is None


async def test_keys_that_come_back_are_used_and_the_old_ones_no_more(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    gate = TokenVerifier(file, ISSUER, AUDIENCE)
    assert recognised(gate, signed(claims())) == GOOD
    file.write_text("{")
    assert await gate.check_health()
    file.write_text(json.dumps(KeySet([OTHER]).as_dict(private=False)))
    assert recognised(gate, signed(claims(), OTHER)) == GOOD
    assert recognised(gate, signed(claims())) is None
    assert await gate.check_health() is None


async def test_without_any_keys_nobody_can_be_checked_and_that_is_our_fault(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    gate = TokenVerifier(file, ISSUER, AUDIENCE)
    with pytest.raises(KeysAway):
        gate.authenticate(f"Bearer {signed(claims())}")
    with pytest.raises(Unauthenticated):
        gate.authenticate(None)
    assert str(await gate.check_health()) == (
        "No keys were ever read from the file that AUTH_JWKS_FILE names (FileNotFoundError); nobody is recognised."
    )
    file.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    assert recognised(gate, signed(claims())) == GOOD


def test_keys_are_rotated_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    gate = TokenVerifier(file, ISSUER, AUDIENCE)
    new = ECKey.generate_key("P-256", {"kid": "new"})
    token, old = jwt.encode({"alg": "ES256", "kid": "new"}, claims(), new), signed(claims())
    turns: list[tuple[list[Any], Any, Any]] = [([KEY], GOOD, None), ([KEY, new], GOOD, GOOD), ([new], None, GOOD)]
    for keys, before, after in turns:
        file.write_text(json.dumps(KeySet(keys).as_dict(private=False)))
        assert (recognised(gate, old), recognised(gate, token)) == (before, after)
