"""The pages that every service has: who am I, what may I do here, and what happened when somebody could not sign in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute, iter_route_contexts
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shared.domain.messages import Message
from shared.http.auth import Role
from shared.http.authorization import Allowed
from shared.i18n.text import Language, Text, preferred_language
from shared.observability.metrics import area_of
from shared.signin.sign_in import SignIn, page_nonce

Doing = Literal["read", "write"]
_FOLDER = Path(__file__).parent
_READS = frozenset({"GET", "HEAD"})


class Words(Message):
    """Everything that the pages say."""

    services: Mapping[str, Text]
    roles: Mapping[Role, Text]
    areas: Mapping[str, Text]
    does: Mapping[Doing, Text]
    languages: Mapping[Language, str]
    page: Mapping[str, Text]


@lru_cache(maxsize=1)
def words() -> Words:
    """Of `words.json`."""
    return Words.model_validate_json((_FOLDER / "words.json").read_bytes())


@dataclass(frozen=True, slots=True)
class Area:
    """One kind of thing in a service, and what somebody may do with it."""

    name: str
    does: Sequence[Doing]


def areas_of(app: FastAPI, role: Role) -> list[Area]:
    """What a role may do in a service: read from the routes themselves, so that it is what they allow."""
    found: dict[str, set[Doing]] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and role in set(roles_of(route.dependant)):
            reads = (route.methods or set()) <= _READS or (route.openapi_extra or {}).get("x-reads")
            found.setdefault(area_of(route.path).strip("/"), set()).add("read" if reads else "write")
    return [Area(name, [each for each in get_args(Doing) if each in does]) for name, does in sorted(found.items())]


def roles_of(dependant: Dependant) -> Iterator[Role]:
    """The roles that a route names, itself or in what it depends on."""
    if isinstance(dependant.call, Allowed):
        yield from dependant.call.roles
    for each in dependant.dependencies:
        yield from roles_of(each)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def stylesheet() -> tuple[str, str]:
    """The one stylesheet, and its address, which changes with it."""
    text = (_FOLDER / "pages.css").read_text(encoding="utf-8")
    return text, f"/assets/{hashlib.sha256(text.encode()).hexdigest()[:16]}.css"


def language_of(sign_in: SignIn, request: Request) -> Language:
    """The language that somebody chose, else the one that his browser prefers."""
    chosen = request.cookies.get(sign_in.cookies.language)
    found = next((each for each in get_args(Language) if each == chosen), None)
    return found or preferred_language(request.headers.get("accept-language"))


def page(sign_in: SignIn, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """One page in the reader's language; nothing of it is kept by browsers, and nothing runs that has not its nonce."""
    language, nonce, said = language_of(sign_in, request), page_nonce(), words()
    own = said.services[sign_in.service]
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            nonce=nonce,
            stylesheet=stylesheet()[1],
            say={name: text.in_(language) for name, text in said.page.items()},
            service=own.in_(language),
            links=_links(sign_in, language),
            languages=said.languages,
            here=request.url.path,
            contact=sign_in.settings.contact,
            **values,
        )
    )
    return HTMLResponse(html, status, headers={"Content-Security-Policy": _policy(sign_in, nonce)})


def _links(sign_in: SignIn, language: Language) -> list[tuple[str, str, bool]]:
    """The services by name: name, address, and whether it is this one."""
    known = {name: text.in_(language) for name, text in words().services.items()}
    given = sign_in.settings.links or {}
    return [(known.get(name, name), url, name == sign_in.service) for name, url in given.items()]


def _policy(sign_in: SignIn, nonce: str) -> str:
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'nonce-{nonce}';"
        f" form-action {sign_in.form_targets()}; frame-ancestors 'none'; base-uri 'none'"
    )
