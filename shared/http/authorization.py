"""Authorization by role, as a dependency of routes; and by how long ago somebody signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request, params
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from shared.http.auth import Caller, Role, Session, SignInAgain

_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="a token of the programme's own issuer")


@dataclass(frozen=True)
class Allowed:
    """Who may call a route."""

    roles: frozenset[Role]

    async def __call__(self, request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
        """The caller; 401 without one, 403 in another role."""
        caller = request.state.caller
        if not isinstance(caller, Caller):
            raise caller
        if caller.role not in self.roles:
            raise HTTPException(403)
        return caller


def allow(*roles: Role) -> params.Depends:
    """The caller, when his role is one of `roles`, by a token or a session: 401 without, 403 in another role."""
    dependency: params.Depends = Depends(Allowed(frozenset(roles)))
    return dependency


async def _recently_signed_in(request: Request) -> None:
    session = getattr(request.state, "session", None)
    if isinstance(session, Session) and not session.is_recent(datetime.now(UTC)):
        raise SignInAgain


RECENTLY_SIGNED_IN: params.Depends = Depends(_recently_signed_in)
"""For what cannot be undone: a person at a browser shows again who he is. A program with a token is not asked."""
