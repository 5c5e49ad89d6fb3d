"""The pages of signing in: in three languages, readable for everybody, and of nothing but our own origin."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from playwright.async_api import Page

from services.carousel.app import SERVICE as CAROUSEL
from services.referral.app import SERVICE as REFERRAL
from services.reporting.app import SERVICE as REPORTING
from services.training.app import SERVICE as TRAINING
from shared.http.auth import Role
from shared.i18n.text import Language
from shared.service.declaration import Service
from shared.signin.pages import areas_of, roles_of, words
from tests.browsers import chromium, needs_chromium, on_a_port
from tests.serving import served
from tests.signing_in import Browser

SERVICES = [REFERRAL, CAROUSEL, TRAINING, REPORTING]
LANGUAGES: tuple[Language, ...] = get_args(Language)
TITLES = {"nl": "Wie ben ik?", "fr": "Qui suis-je ?", "en": "Who am I?"}
LINKS = {"referral": "http://127.0.0.1:1", "carousel": "http://127.0.0.1:2", "training": "http://127.0.0.1:3"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
async def test_the_page_says_of_each_role_what_the_routes_allow(
    service: Service, database_url: str, tmp_path: Path
) -> None:
    async with served(service, database_url, tmp_path) as (app, _):
        allowed = {role: {each.name for each in areas_of(app, role)} for role in Role}
        for context in iter_route_contexts(app.routes):
            route = context.original_route
            assert not isinstance(route, APIRoute) or {
                role for role in Role if route.path.split("/")[1] in allowed[role]
            } >= set(roles_of(route.dependant))
    assert set().union(*allowed.values()) <= set(words().areas)
    assert service.name in words().services
    assert set(words().roles) == set(Role)


async def test_the_language_is_that_of_the_browser_until_somebody_chooses(
    desk: tuple[FastAPI, Browser],
) -> None:
    _, browser = desk
    for language, title in TITLES.items():
        browser.headers["Accept-Language"] = language
        page = await browser.sign_in("facilitator-oostende")
        assert f'<html lang="{language}">' in page.text
        assert title in page.text
    page = await browser.send_form("/language", language="fr", next="/")
    assert TITLES["fr"] in page.text
    await browser.send_form("/sign-out")
    page = await browser.send_form("/language", language="xx", next="//evil.example/")
    assert '<html lang="fr">' in (await browser.get("/")).text


async def test_every_answer_has_the_headers_that_guard_it(desk: tuple[FastAPI, Browser], issuer: str) -> None:
    _, browser = desk
    for path in ("/", "/health/live", "/referrals/waiting", "/nothing", "/sign-in/callback", "/openapi.json"):
        head = (await browser.get(path)).headers
        assert head["cache-control"] == "no-store"
        assert head["x-content-type-options"] == "nosniff"
        assert head["referrer-policy"] == "no-referrer"
        assert head["strict-transport-security"].startswith("max-age=")
        policy = head["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
    policies = [(await browser.get("/")).headers["content-security-policy"] for _ in range(2)]
    nonces = [re.findall(r"script-src 'nonce-([\w-]+)'", each)[0] for each in policies]
    assert nonces[0] != nonces[1]
    assert f"form-action 'self' {issuer};" in policies[0]


async def test_pages_hold_no_script_and_no_style_and_their_stylesheet_answers(desk: tuple[FastAPI, Browser]) -> None:
    _, browser = desk
    page = await browser.sign_in("facilitator-oostende")
    assert not re.search(r"<script|<style|style=|\son\w+=", page.text)
    address = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)[0]
    sheet = await browser.get(address)
    assert (sheet.status_code, "immutable" in sheet.headers["cache-control"]) == (200, True)
    assert (await browser.get("/assets/other.css")).status_code == 404


async def test_what_a_person_is_called_cannot_become_html(desk: tuple[FastAPI, Browser], issuer: str) -> None:
    app, browser = desk
    await browser.sign_in("facilitator-oostende")
    await app.state.pool.execute("update browser_sessions set cities = array['<script>alert(1)</script>']")
    page = await browser.get("/")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.fixture
async def address(database_url: str, tmp_path: Path, issuer: str) -> AsyncIterator[str]:
    more: dict[str, Any] = {"oidc_issuer": issuer, "service_links": LINKS, "sign_in_contact": "An, 059 00 00 00"}
    async with on_a_port(REFERRAL, database_url, tmp_path, **more) as found:
        yield found


async def sign_in(page: Page, address: str, name: str) -> None:
    """As a person does it: two clicks."""
    await page.goto(f"{address}/")
    await page.click("a.button")
    await page.click(f"button[value='{name}']")
    await page.wait_for_url(f"{address}/**")


async def is_readable(page: Page) -> list[str]:
    """What is wrong with a page for somebody who reads it with a phone or a screen reader."""
    found = [each["id"] for each in (await Axe().run(page)).response["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("it scrolls sideways")
    if await page.locator("h1").count() != 1:
        found.append("not one h1")
    return found


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 1280])
async def test_a_browser_signs_in_and_out_and_everybody_can_read_the_pages(
    address: str, language: Language, width: int
) -> None:
    pictures = os.environ.get("PICTURES")
    async with chromium() as browser:
        context = await browser.new_context(locale=language, viewport={"width": width, "height": 900})
        page = await context.new_page()
        await page.goto(f"{address}/")
        seen = [("start", await is_readable(page))]
        if pictures:
            await page.screenshot(path=f"{pictures}/start-{language}-{width}.png", full_page=True)
        await sign_in(page, address, "facilitator-oostende")
        assert await page.inner_text("h1") == TITLES[language]
        seen.append(("me", await is_readable(page)))
        if pictures:
            await page.screenshot(path=f"{pictures}/me-{language}-{width}.png", full_page=True)
        cookies = {each["name"]: each for each in await context.cookies()}
        session = cookies["__Host-referral-session"]
        assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Lax")
        await page.click("form[action='/sign-out'] button")
        await page.wait_for_url("**/oauth2/end_session**")
        assert "__Host-referral-session" not in {each["name"] for each in await context.cookies()}
        await sign_in(page, address, "nobody")
        assert "059 00 00 00" in await page.inner_text("main")
        seen.append(("no role", await is_readable(page)))
        if pictures:
            await page.screenshot(path=f"{pictures}/no-role-{language}-{width}.png", full_page=True)
        await context.close()
    assert [each for each in seen if each[1]] == []
