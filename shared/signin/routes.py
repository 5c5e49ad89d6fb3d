"""Signing in and out over HTTP, and the page of who is signed in; documented nowhere, as browsers are its callers."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import parse_qs, quote, unquote, urlencode

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from shared.domain.clock import now
from shared.http.auth import KeysAway, Session, Unauthenticated
from shared.http.claims import NoRole
from shared.i18n.text import Language
from shared.signin import sessions
from shared.signin.client import Ticket
from shared.signin.pages import areas_of, language_of, page, stylesheet, words
from shared.signin.sign_in import SignIn, local_path

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)

_TICKET_SECONDS = 600
_YEAR = 31_536_000
_LONGEST = 2_000


def _sign_in_of(request: Request) -> SignIn:
    found: SignIn = request.app.state.sign_in
    return found


SigningIn = Annotated[SignIn, Depends(_sign_in_of)]


@router.get("/")
async def first_page(request: Request, sign_in: SigningIn) -> Response:
    """Who am I, and what may I do here."""
    session = _session_of(request)
    if session is None:
        return page(sign_in, request, "start.html")
    language, caller, said = language_of(sign_in, request), session.caller, words()
    areas = [
        (said.areas[each.name].in_(language), [said.does[does].in_(language) for does in each.does])
        for each in areas_of(request.app, caller.role)
    ]
    role = said.roles[caller.role].in_(language)
    return page(sign_in, request, "me.html", role=role, caller=caller, cities=sorted(caller.cities), areas=areas)


@router.get("/sign-in")
async def sign_in_at_issuer(
    request: Request,
    sign_in: SigningIn,
    path: Annotated[str, Query(alias="next")] = "/",
    again: Literal["", "1"] = "",
) -> Response:
    """Go to the issuer; `again` even when it knows the person."""
    under_way, language = _UnderWay(Ticket.new(), bool(again), local_path(path)), language_of(sign_in, request)
    try:
        where = await sign_in.client.question(
            under_way.ticket, _back(sign_in, request), language, again=under_way.again
        )
    except KeysAway:
        return page(sign_in, request, "failed.html", 503, why="issuer_away")
    answer = RedirectResponse(where, 303)
    _set(answer, sign_in.cookies.ticket(under_way.ticket.state), under_way.cookie(), _TICKET_SECONDS)
    return answer


@router.get("/sign-in/callback")
async def signed_in_at_issuer(
    request: Request, sign_in: SigningIn, state: str = "", code: str = "", iss: str = "", error: str = ""
) -> Response:
    """The answer of the issuer: a session begins, under a new id."""
    cookie = sign_in.cookies.ticket(state)
    under_way = _UnderWay.of(request.cookies.get(cookie, ""), state)
    try:
        await _require_issuer(sign_in, iss)
        if error:
            answer: Response = page(sign_in, request, "failed.html", 403, why="refused_there")
        else:
            answer = await _begun(request, sign_in, under_way, code)
    except NoRole:
        log.warning("somebody without a role signed in")
        answer = page(sign_in, request, "no_role.html", 403)
    except Unauthenticated:
        answer = page(sign_in, request, "failed.html", 400, why="not_answered")
    except KeysAway:
        answer = page(sign_in, request, "failed.html", 503, why="issuer_away")
    _forget(answer, cookie)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, sign_in: SigningIn) -> Response:
    """End the session here, then at the issuer."""
    sign_in.require_same_origin(request)
    session_id, where = request.cookies.get(sign_in.cookies.session), "/"
    if session_id:
        async with request.app.state.pool.acquire() as connection:
            await sessions.end(connection, session_id)
        where = await _end_at_issuer(sign_in, request)
    answer = RedirectResponse(where, 303)
    _forget(answer, sign_in.cookies.session)
    return answer


@router.post("/sign-in/back-channel")
async def ended_at_issuer(request: Request, sign_in: SigningIn) -> Response:
    """The issuer says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0)."""
    given = parse_qs((await request.body()).decode("ascii", "replace")).get("logout_token", [])
    if len(given) != 1:
        return Response(status_code=400)
    try:
        subject, session = await sign_in.tokens.logged_out(given[0])
    except Unauthenticated:
        return Response(status_code=400)
    async with request.app.state.pool.acquire() as connection:
        await sessions.end_all(connection, subject, session)
    return Response(status_code=200)


@router.post("/language")
async def choose_language(request: Request, sign_in: SigningIn) -> Response:
    """Keep a language in a cookie, and go back to the page."""
    sign_in.require_same_origin(request)
    sent = parse_qs((await request.body()).decode("utf-8", "replace")[:_LONGEST])
    answer = RedirectResponse(local_path(sent.get("next", ["/"])[0]), 303)
    chosen: list[Language] = [each for each in words().languages if [each] == sent.get("language")]
    for language in chosen:
        _set(answer, sign_in.cookies.language, language, _YEAR)
    return answer


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """The stylesheet, under an address that changes with it."""
    text, address = stylesheet()
    if address != f"/assets/{name}":
        return Response(status_code=404)
    head = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return Response(text, media_type="text/css; charset=utf-8", headers=head)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """One sign-in as its cookie holds it: the ticket, whether it is asked for again, and where to go on."""

    ticket: Ticket
    again: bool
    path: str

    @classmethod
    def of(cls, cookie: str, state: str) -> _UnderWay | None:
        """None where the cookie is not of this sign-in."""
        secret, _, rest = cookie.partition(".")
        again, _, path = rest.partition(".")
        ticket = Ticket(secret)
        if not secret or not hmac.compare_digest(ticket.state.encode(), state.encode()):
            return None
        return cls(ticket, again == "1", local_path(unquote(path)))

    def cookie(self) -> str:
        return ".".join((self.ticket.secret, "1" if self.again else "0", quote(self.path, safe="")))


async def _begun(request: Request, sign_in: SignIn, under_way: _UnderWay | None, code: str) -> Response:
    if under_way is None or not code:
        raise Unauthenticated
    token = await sign_in.client.identity_token(under_way.ticket, code, _back(sign_in, request))
    found = await sign_in.tokens.signed_in(token, under_way.ticket.nonce)
    if under_way.again and not found.session.is_recent(now()):
        return page(sign_in, request, "failed.html", 403, why="not_again")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        session_id = await sessions.begin(connection, found, request.cookies.get(sign_in.cookies.session))
    answer = RedirectResponse(under_way.path, 303)
    _set(answer, sign_in.cookies.session, session_id, None)
    return answer


async def _require_issuer(sign_in: SignIn, told: str) -> None:
    """The answer says that it comes from our issuer, where issuers say so (RFC 9207). Raises Unauthenticated."""
    metadata = await sign_in.client.issuer.metadata()
    if told != metadata.issuer and (told or metadata.authorization_response_iss_parameter_supported):
        raise Unauthenticated


async def _end_at_issuer(sign_in: SignIn, request: Request) -> str:
    """Where the session at the issuer ends; our own first page while it is away, or where it has no such address."""
    try:
        metadata = await sign_in.client.issuer.metadata()
    except KeysAway:
        return "/"
    if metadata.end_session_endpoint is None:
        return "/"
    home = f"{sign_in.base_url(request)}/"
    query = urlencode({"client_id": sign_in.settings.client_id, "post_logout_redirect_uri": home})
    return f"{metadata.end_session_endpoint}{'&' if '?' in metadata.end_session_endpoint else '?'}{query}"


def _session_of(request: Request) -> Session | None:
    found = getattr(request.state, "session", None)
    return found if isinstance(found, Session) else None


def _back(sign_in: SignIn, request: Request) -> str:
    return f"{sign_in.base_url(request)}/sign-in/callback"


def _set(answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def _forget(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
