"""The bodies of requests: a command without what the server stamps (`at`, `by`) and what the path says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from shared.domain.messages import Command
from shared.http.auth import Caller

_STAMPED = {"at", "by"}


def body_of(command: type[Command], *without: str) -> Any:  # noqa: ANN401 - a class made here, no field written twice
    """A body with the fields of `command`, but for those stamped and those named."""
    fields: dict[str, Any] = {
        name: (command.__annotations__[name] if isinstance(info.annotation, str) else info.rebuild_annotation(), info)
        for name, info in command.model_fields.items()
        if name not in {*without, *_STAMPED}
    }
    closed = ConfigDict(frozen=True, extra="forbid")
    return create_model(f"{command.__name__}Body", __config__=closed, **fields)


def fields_of(body: BaseModel, *without: str) -> dict[str, Any]:
    """The fields of a body, to build its command from."""
    return {name: getattr(body, name) for name in type(body).model_fields if name not in without}


def stamp(caller: Caller) -> dict[str, Any]:
    """When it was asked, and by whom."""
    return {"at": datetime.now(UTC), "by": caller.subject}
