"""Authorization by role, as a dependency of routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, params
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from shared.http.auth import Caller, Role

_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="a token of the programme's own issuer")


def allow(*roles: Role) -> params.Depends:
    """The caller, when his role is one of `roles`: 401 without a valid token, 403 in another role."""

    async def check(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
        caller = request.state.caller
        if not isinstance(caller, Caller):
            raise caller
        if caller.role not in roles:
            raise HTTPException(403)
        return caller

    dependency: params.Depends = Depends(check)
    return dependency
