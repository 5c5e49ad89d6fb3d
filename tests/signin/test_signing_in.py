"""Somebody signs in with a browser: what begins, what ends it, and what is kept of him."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.referral.app import SERVICE
from shared.signin import sessions
from shared.signin.tokens import LOGOUT
from tests.signin.small_issuer import small_issuer
from tests.signing_in import DESK, SAME_ORIGIN, Browser, signing_in, tell

Desk = tuple[FastAPI, Browser]
SESSION = "__Host-referral-session"


def session_id(browser: Browser) -> str:
    return browser.cookies[SESSION]


async def rows(app: FastAPI, query: str = "select * from browser_sessions") -> list[asyncpg.Record]:
    return list(await app.state.pool.fetch(query))


async def may_work(browser: Browser) -> int:
    return (await browser.get("/referrals/waiting")).status_code


async def test_who_signs_in_is_who_the_issuer_says_and_may_do_what_his_role_may(desk: Desk) -> None:
    _, browser = desk
    assert (await browser.get("/referrals/waiting")).status_code == 401
    page = await browser.sign_in("facilitator-oostende")
    assert (page.status_code, str(page.url)) == (200, f"{DESK}/")
    assert all(words in page.text for words in ("facilitator", "org-1", "Oostende", "Referrals"))
    assert await may_work(browser) == 200
    assert (await browser.get("/erasures")).status_code == 403


async def test_he_goes_on_where_he_was_and_never_elsewhere(desk: Desk) -> None:
    _, browser = desk
    page = await browser.sign_in("facilitator-oostende", "/sign-in?next=/referrals/waiting%3Flimit%3D5")
    assert str(page.url) == f"{DESK}/referrals/waiting?limit=5"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "/x\r\nSet-Cookie: a=b"):
        page = await browser.sign_in("facilitator-oostende", f"/sign-in?{httpx.QueryParams({'next': elsewhere})}")
        assert str(page.url) == f"{DESK}/"


async def test_of_a_session_the_hash_is_kept_and_of_a_subject_a_digest(desk: Desk) -> None:
    app, browser = desk
    await browser.sign_in("facilitator-oostende")
    [row] = await rows(app)
    assert row["id"] == hashlib.sha256(session_id(browser).encode()).digest()
    assert "facilitator-oostende" not in str(dict(row))
    await browser.send_form("/sign-out")
    await browser.sign_in("facilitator-oostende")
    assert [each["subject"] for each in await rows(app)] == [row["subject"]]


async def test_a_new_sign_in_has_a_new_id_and_the_old_one_ends(desk: Desk) -> None:
    app, browser = desk
    await browser.sign_in("facilitator-oostende")
    before = session_id(browser)
    await browser.sign_in("facilitator-oostende")
    assert session_id(browser) != before
    assert len(await rows(app)) == 1


async def test_the_cookies_are_for_this_host_by_tls_and_for_no_script(desk: Desk) -> None:
    _, browser = desk
    browser.follow_redirects = False
    answer = await browser.get("/sign-in")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-referral-sign-in-")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_the_question_has_state_nonce_and_pkce(desk: Desk) -> None:
    _, browser = desk
    browser.follow_redirects = False
    asked = parse_qs(urlsplit((await browser.get("/sign-in?again=1")).headers["location"]).query)
    assert asked["client_id"] == ["carrousel-referral"]
    assert asked["redirect_uri"] == [f"{DESK}/sign-in/callback"]
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert (asked["max_age"], asked["prompt"]) == (["0"], ["login"])
    assert len({asked["state"][0], asked["nonce"][0], asked["code_challenge"][0]}) == 3


@pytest.mark.parametrize(
    ("column", "minutes", "left"),
    [("seen_at", 29, True), ("seen_at", 31, False), ("started_at", 599, True), ("started_at", 601, False)],
)
async def test_a_session_ends_when_it_is_idle_for_half_an_hour_or_ten_hours_old(
    desk: Desk, column: str, minutes: int, *, left: bool
) -> None:
    app, browser = desk
    await browser.sign_in("facilitator-oostende")
    await app.state.pool.execute(f"update browser_sessions set {column} = {column} - interval '{minutes} minutes'")
    assert await may_work(browser) == (200 if left else 401)
    if left and column == "seen_at":
        assert await app.state.pool.fetchval("select now() - seen_at < interval '1 minute' from browser_sessions")


async def test_signing_out_ends_it_here_and_at_the_issuer(desk: Desk) -> None:
    app, browser = desk
    await browser.sign_in("facilitator-oostende")
    kept = session_id(browser)
    browser.follow_redirects = False
    answer = await browser.send_form("/sign-out")
    where = urlsplit(answer.headers["location"])
    assert (answer.status_code, where.path) == (303, "/oauth2/end_session")
    assert parse_qs(where.query)["post_logout_redirect_uri"] == [f"{DESK}/"]
    assert await rows(app) == []
    browser.cookies.set(SESSION, kept, domain="desk.example")
    assert await may_work(browser) == 401


async def test_who_has_no_role_is_told_whom_to_ask_and_nothing_of_him_is_kept(desk: Desk) -> None:
    app, browser = desk
    page = await browser.sign_in("nobody")
    assert page.status_code == 403
    assert "An, 059 00 00 00" in page.text
    assert SESSION not in browser.cookies
    assert await rows(app) == []


async def test_an_answer_that_nobody_here_asked_for_begins_no_session(desk: Desk, issuer: str) -> None:
    app, browser = desk
    async with Browser(app) as other:
        form = await other.get("/sign-in")
        other.follow_redirects = False
        answer = (await other.post(str(form.url), data={"sub": "facilitator-oostende"})).headers["location"]
        stolen = await browser.get(answer)  # the cookie of that sign-in is in another browser
        assert stolen.status_code == 400
        changed = await other.get(str(httpx.URL(answer).copy_merge_params({"state": "x"})))
        assert changed.status_code == 400
        wrong = await other.get(str(httpx.URL(answer).copy_merge_params({"iss": "https://evil.example"})))
        assert wrong.status_code == 400
    assert await rows(app) == []


async def test_a_code_counts_once(desk: Desk) -> None:
    app, browser = desk
    form = await browser.get("/sign-in")
    ticket = {name: value for name, value in browser.cookies.items() if "sign-in" in name}
    browser.follow_redirects = False
    answer = (await browser.post(str(form.url), data={"sub": "facilitator-oostende"})).headers["location"]
    assert (await browser.get(answer)).status_code == 303
    for name, value in ticket.items():
        browser.cookies.set(name, value, domain="desk.example")
    assert (await browser.get(answer)).status_code == 400
    assert len(await rows(app)) == 1


async def test_what_is_cancelled_at_the_issuer_is_said(desk: Desk) -> None:
    _, browser = desk
    form = await browser.get("/sign-in")
    page = await browser.post(str(form.url), data={"action": "deny"})
    assert (page.status_code, "cancelled or refused" in page.text) == (403, True)


async def test_an_issuer_that_does_not_answer_is_said_and_sessions_go_on(
    database_url: str, tmp_path: Path, issuer: str
) -> None:
    async with signing_in(SERVICE, database_url, tmp_path, issuer) as (_, browser):
        await browser.sign_in("facilitator-oostende")
        cookie = session_id(browser)
    async with signing_in(SERVICE, database_url, tmp_path, "http://127.0.0.1:9") as (_, browser):
        assert (await browser.get("/sign-in")).status_code == 503
        browser.cookies.set(SESSION, cookie, domain="desk.example")
        assert await may_work(browser) == 200


BROWSERS: list[tuple[dict[str, str], bool]] = [
    (SAME_ORIGIN, True),
    ({"Sec-Fetch-Site": "same-site", "Origin": DESK}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "none"}, False),
    ({"Origin": DESK}, True),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({}, False),
]


@pytest.mark.parametrize(("headers", "taken"), BROWSERS)
async def test_a_write_by_session_comes_from_our_own_page(desk: Desk, headers: dict[str, str], *, taken: bool) -> None:
    _, browser = desk
    await browser.sign_in("coordinator-oostende")
    organisation = {
        "organisation_id": "org-9",
        "name": "CAW",
        "sector": "welfare",
        "city": "Oostende",
        "on": "2026-01-01",
    }
    answer = await browser.post("/organisations", json=organisation, headers={"Idempotency-Key": "0" * 32} | headers)
    assert (answer.status_code == 422) is taken, answer.text
    if not taken:
        assert answer.json()["code"] == "cross-site"
    assert ((await browser.post("/sign-out", headers=headers)).status_code != 403) is taken


async def test_a_token_goes_before_a_session_and_needs_no_origin(desk: Desk, tmp_path: Path) -> None:
    _, browser = desk
    await browser.sign_in("facilitator-oostende")
    answer = await browser.get("/referrals/waiting", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


async def test_what_cannot_be_undone_asks_to_sign_in_again(desk: Desk) -> None:
    app, browser = desk
    await browser.sign_in("facilitator-oostende")
    erase = "/referrals/r-none/person?reason=asked"
    assert (await browser.delete(erase, headers=SAME_ORIGIN)).status_code != 401
    for at in ("now() - interval '6 minutes'", "null"):
        await app.state.pool.execute(f"update browser_sessions set signed_in_at = {at}")
        answer = await browser.delete(erase, headers=SAME_ORIGIN)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-again")
    page = await browser.sign_in("facilitator-oostende", "/sign-in?again=1")
    assert page.status_code == 200
    assert (await browser.delete(erase, headers=SAME_ORIGIN)).status_code != 401


@pytest.mark.parametrize("told", [0, 1_700_000_000, "now", None])
async def test_signing_in_again_needs_an_issuer_that_asked_again(desk: Desk, issuer: str, told: object) -> None:
    app, browser = desk
    name = f"silent-{told}"
    await tell(issuer, name, role="facilitator", organisation="org-1", cities=["Oostende"], auth_time=told)
    page = await browser.sign_in(name, "/sign-in?again=1")
    assert (page.status_code, "did not ask again" in page.text) == (403, True)
    assert await rows(app) == []
    assert (await browser.sign_in(name)).status_code == 200
    assert not (await rows(app))[0]["signed_in_at"] or told == 1_700_000_000


async def test_who_signs_out_at_the_issuer_is_signed_out_here(database_url: str, tmp_path: Path) -> None:
    with small_issuer() as issuer:
        async with signing_in(SERVICE, database_url, tmp_path, issuer.url) as (app, browser):
            tokens = app.state.sign_in.tokens
            for sid in ("s-1", "s-2", "s-3"):
                token = issuer.sign(aud="carrousel-referral", nonce="n", sid=sid)
                await sessions.begin(app.state.pool, await tokens.signed_in(token, "n"), None)
            good: dict[str, Any] = {"aud": "carrousel-referral", "jti": "1", "events": {LOGOUT: {}}}
            for told, left in (({"sid": "s-1"}, 2), ({"sid": "s-1", "sub": None}, 2), ({"sub": "other"}, 2), ({}, 0)):
                logout = {"logout_token": issuer.sign(**good | told)}
                assert (await browser.post("/sign-in/back-channel", data=logout)).status_code == 200
                assert len(await rows(app)) == left
            for wrong in ({}, {"logout_token": "x"}, {"logout_token": issuer.sign(**good | {"aud": "carrousel"})}):
                assert (await browser.post("/sign-in/back-channel", data=wrong)).status_code == 400
