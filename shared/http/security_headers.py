"""The headers with which a browser guards what it is sent, on every answer; a route that sets one keeps it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Of JSON and files: nothing is run, loaded or sent. Styles of our own documents are allowed by `DOCUMENT`."""
DOCUMENT = NOTHING.replace("default-src 'none'", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
"""Of a document that is read or kept, with a style inside: it runs nothing and loads nothing."""
ALWAYS = {
    "Content-Security-Policy": NOTHING,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TLS = "max-age=31536000"


def add_security_headers(headers: MutableHeaders, *, tls: bool) -> None:
    """Add what is missing; behind TLS, also that browsers come by TLS from now on."""
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    if headers.get("content-type", "").startswith("text/html") and headers["Content-Security-Policy"] == NOTHING:
        headers["Content-Security-Policy"] = DOCUMENT
    if tls:
        headers.setdefault("Strict-Transport-Security", _TLS)
