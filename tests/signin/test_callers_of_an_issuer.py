"""Keys and tokens of an issuer: rotation while it runs, while it is away, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from shared.http.auth import Caller, KeysAway, Role, Unauthenticated
from shared.http.claims import NoRole, SubjectDigest, mapping_of
from shared.signin.issuer import Issuer
from shared.signin.tokens import LOGOUT, IssuerTokens
from tests.signin.small_issuer import NATIONAL_NUMBER, SmallIssuer, small_issuer

CLIENT, AUDIENCE, NONCE = "carrousel-referral", "carrousel", "n"
DIGEST = SubjectDigest(b"k" * 32)


@pytest.fixture
def issuer() -> Iterator[SmallIssuer]:
    with small_issuer() as server:
        yield server


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def tokens_of(issuer: SmallIssuer, clock: Clock | None = None, claims_file: str = "") -> IssuerTokens:
    asked = Issuer(issuer.url, clock=clock or Clock())
    return IssuerTokens(asked, CLIENT, AUDIENCE, mapping_of(claims_file), DIGEST)


async def test_a_machine_calls_with_a_token_and_its_subject_is_a_digest(issuer: SmallIssuer) -> None:
    tokens = tokens_of(issuer)
    caller = await tokens.caller(issuer.sign())
    assert caller == Caller(DIGEST.of(issuer.url, NATIONAL_NUMBER), Role.FACILITATOR, "org-1", frozenset({"Oostende"}))
    assert NATIONAL_NUMBER not in caller.subject
    assert tokens.issued(issuer.sign())
    assert not tokens.issued(issuer.sign(iss="https://other.example"))
    assert not any(map(tokens.issued, ("", "a.b.c", "é", "[" * 100_000)))


async def test_a_new_key_counts_at_once_and_is_not_asked_for_at_every_forgery(issuer: SmallIssuer) -> None:
    clock = Clock()
    tokens = tokens_of(issuer, clock)
    old = issuer.sign()
    await tokens.caller(old)
    issuer.signing.append(ECKey.generate_key("P-256", {"kid": "second"}))
    clock.now += 11
    await tokens.caller(issuer.sign())
    await tokens.caller(old)
    assert issuer.asked == 2
    for nth in range(50):
        with pytest.raises(Unauthenticated):
            await tokens.caller(issuer.sign(ECKey.generate_key("P-256", {"kid": f"forged-{nth}"})))
    assert issuer.asked == 2
    del issuer.signing[0]
    clock.now += 11
    with pytest.raises(Unauthenticated):
        await tokens.caller(issuer.sign(ECKey.generate_key("P-256", {"kid": "forged"})))
    with pytest.raises(Unauthenticated):
        await tokens.caller(old)


async def test_known_keys_are_used_while_the_issuer_is_away(issuer: SmallIssuer) -> None:
    clock = Clock()
    tokens, token = tokens_of(issuer, clock), issuer.sign()
    await tokens.caller(token)
    issuer.shutdown()
    issuer.server_close()
    clock.now += 7200
    for _ in range(3):
        assert (await tokens.caller(token)).role is Role.FACILITATOR
        clock.now += 60


async def test_without_any_key_nobody_is_to_blame(issuer: SmallIssuer) -> None:
    issuer.says = "https://other.example"
    with pytest.raises(KeysAway):
        await tokens_of(issuer).caller(issuer.sign())


WRONG_TOKENS: list[dict[str, Any]] = [
    {"aud": "another-client"}, {"aud": None}, {"iss": "https://other.example"}, {"exp": 1}, {"exp": None},
    {"sub": None}, {"sub": ""}, {"role": "admin"}, {"role": None}, {"organisation": "a b"}, {"cities": [""]},
    {"cities": 1}, {"nonce": "n"}, {"events": {}}, {"nbf": 2**40}, {"iat": 2**40},
]  # fmt: skip


@pytest.mark.parametrize("changed", WRONG_TOKENS)
async def test_no_other_token_is_a_caller(issuer: SmallIssuer, changed: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await tokens_of(issuer).caller(issuer.sign(**changed))


async def test_an_identity_token_answers_our_question_and_is_for_us(issuer: SmallIssuer) -> None:
    tokens = tokens_of(issuer)
    found = await tokens.signed_in(issuer.sign(aud=CLIENT, nonce=NONCE, auth_time=1_700_000_000), NONCE)
    assert found.session.signed_in_at is not None
    wrong: list[dict[str, Any]] = [
        {"nonce": "other"}, {"nonce": None}, {"aud": AUDIENCE}, {"aud": "another-client"},
        {"azp": "another-client"}, {"aud": [CLIENT, "another-client"]},
    ]  # fmt: skip
    for each in wrong:
        with pytest.raises(Unauthenticated):
            await tokens.signed_in(issuer.sign(**{"aud": CLIENT, "nonce": NONCE} | each), NONCE)
    with pytest.raises(Unauthenticated):
        await tokens.caller(issuer.sign(aud=CLIENT, nonce=NONCE))
    with pytest.raises(NoRole):
        await tokens.signed_in(issuer.sign(aud=CLIENT, nonce=NONCE, role=None), NONCE)


async def test_a_logout_token_names_whose_session_ends_and_is_nothing_else(issuer: SmallIssuer) -> None:
    tokens = tokens_of(issuer)
    good: dict[str, Any] = {"aud": CLIENT, "jti": "1", "sid": "s", "events": {LOGOUT: {}}}
    subject = DIGEST.of(issuer.url, NATIONAL_NUMBER)
    assert await tokens.logged_out(issuer.sign(**good)) == (subject, DIGEST.of(issuer.url, "sid", "s"))
    wrong: list[dict[str, Any]] = [
        {"events": None}, {"events": {}}, {"events": {"other": {}}}, {"nonce": "n"}, {"jti": None},
        {"aud": "another-client"}, {"sub": None, "sid": None},
    ]  # fmt: skip
    for each in wrong:
        with pytest.raises(Unauthenticated):
            await tokens.logged_out(issuer.sign(**good | each))


async def test_the_words_of_an_issuer_are_data(issuer: SmallIssuer, tmp_path: Path) -> None:
    file = tmp_path / "claims.json"
    said = {
        "role": {"claim": ["realm_access", "roles"], "values": {"Carrousel-Coord": "coordinator", "X": "trainer"}},
        "organisation": {"claim": "vo_orgcode", "form": "kbo", "values": {"0207.437.468": "org-1"}},
        "cities": {"claim": "municipalities", "form": "nis"},
    }
    file.write_text(json.dumps(said))
    told: dict[str, Any] = {
        "role": None, "organisation": None, "cities": None,
        "realm_access": {"roles": ["offline_access", "X", "Carrousel-Coord"]},
        "vo_orgcode": "BE 0207437468", "municipalities": ["35013", "99999"],
    }  # fmt: skip
    caller = await tokens_of(issuer, claims_file=str(file)).caller(issuer.sign(**told))
    assert (caller.role, caller.organisation, caller.cities) == (Role.COORDINATOR, "org-1", frozenset({"Oostende"}))
    with pytest.raises(NoRole):
        await tokens_of(issuer, claims_file=str(file)).caller(issuer.sign(**told | {"realm_access": {"roles": ["Y"]}}))


WRONG_MAPPINGS = [
    {"role": {"claim": "role", "values": {"x": "admin"}}},
    {"organisation": {"claim": "o", "form": "kbo", "values": {"0207.437.460": "org-1"}}},
    {"role": {"claim": "role", "unknown": 1}},
]


@pytest.mark.parametrize("wrong", WRONG_MAPPINGS)
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    file = tmp_path / "claims.json"
    good = {name: {"claim": name} for name in ("role", "organisation", "cities")}
    file.write_text(json.dumps(good | wrong))
    with pytest.raises(ValueError, match=r".*"):
        mapping_of(str(file))


def test_a_digest_is_of_issuer_and_subject_together_under_its_key() -> None:
    assert DIGEST.of("a", "bc") != DIGEST.of("ab", "c")
    assert DIGEST.of("a", "b") != SubjectDigest(b"K" * 32).of("a", "b")
    with pytest.raises(ValueError, match="too short"):
        SubjectDigest(b"short")
