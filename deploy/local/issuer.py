"""The OpenID Connect issuer of the local stack: `oidc-provider-mock`, with synthetic people of every role.

A real code flow without passwords: whoever reaches the loopback address may be anybody. The people are a data file
(`people.json`); their claims are our own words. `python -m deploy.local.issuer PORT` serves it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local import existing
from deploy.local.board import Say
from deploy.local.ports import port_of, require_free
from deploy.local.processes import listening, spawn
from deploy.local.supervision import Part, kept_running
from deploy.services import PORTS, variable
from shared.domain.messages import JsonObject

PORT = 9400
PEOPLE = Path(__file__).with_name("people.json")
_OWN = "X-Own"  # in our own requests to the provider
CONTACT = "coordinator-oostende (synthetic)"


class LocalIssuer(Part):
    """The issuer as a process of its own."""

    name = "issuer"

    def __init__(self, root: Path, home: Path, port: int) -> None:
        self.root, self.port = root, port
        self.log = home / "log" / "issuer.log"

    async def start(self) -> dict[str, str]:
        """Start it and return where services find it."""
        require_free(self.port, "the issuer", "ISSUER_PORT")
        command = [sys.executable, "-m", "deploy.local.issuer", str(self.port)]
        self.process = await spawn(command, self.log, cwd=self.root)
        await listening(self.process, self.port, "the issuer", self.log)
        return {"OIDC_ISSUER": f"http://127.0.0.1:{self.port}"}


@asynccontextmanager
async def provided(
    root: Path, home: Path, environment: Mapping[str, str], say: Say, *, stay: bool
) -> AsyncIterator[dict[str, str]]:
    """The local issuer, or the one that `OIDC_ISSUER` names; yields the environment of services that use it."""
    links = {name: f"http://127.0.0.1:{environment[variable(name, 'port')]}" for name in PORTS}
    told = {"SERVICE_LINKS": json.dumps(links), "SIGN_IN_CONTACT": CONTACT}
    if given := os.environ.get("OIDC_ISSUER"):
        await existing.require_issuer(given)
        say("issuer", f"the existing one on {given}")
        yield {"SERVICE_LINKS": json.dumps(links)}
        return
    issuer = LocalIssuer(root, home, port_of("ISSUER_PORT", PORT if stay else None))
    async with kept_running([issuer], say) as found:
        say("sign in", f"at {links['referral']} as {', '.join(people())}")
        yield found | told


def people() -> dict[str, JsonObject]:
    """The synthetic people by the name that they sign in with, with their claims."""
    told: dict[str, JsonObject] = json.loads(PEOPLE.read_text(encoding="utf-8"))
    return told


def serve(port: int) -> None:
    """Serve on the loopback address until a signal.

    The provider tells no `auth_time`, so that of whoever signs in is set as a claim of his a moment before,
    unless `PUT /users/NAME` told another.
    """
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain HTTP, on this machine only

    import flask  # noqa: PLC0415 - of the local stack alone
    import oidc_provider_mock  # noqa: PLC0415
    import uvicorn  # noqa: PLC0415

    known = people()
    users = [oidc_provider_mock.User(sub=name, claims=claims) for name, claims in known.items()]
    app: flask.Flask = oidc_provider_mock.app(user_claims=users)

    @app.before_request
    def tell_when() -> None:
        asked = flask.request
        if asked.method == "PUT" and _OWN not in asked.headers:
            known[asked.path.rpartition("/")[2]] = asked.get_json(silent=True) or {}
        name = asked.form.get("sub") if asked.path == "/oauth2/authorize" else None
        if name:
            claims = {"auth_time": int(time.time())} | known.get(name, {})
            app.test_client().put(f"/users/{name}", json=claims, headers={_OWN: "1"})

    uvicorn.run(app, interface="wsgi", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
