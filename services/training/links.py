"""Unguessable one-time links, of which only a hash is kept, and what is kept of a name on the same paper."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from typing import Annotated

from pydantic import StringConstraints

from shared.i18n.printable import WITHOUT_JOINERS

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


def mint() -> str:
    """A token nobody can guess: 128 bits."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def plain(name: str) -> str:
    """A name however it is spaced or capitalised, and however its letters are joined."""
    return unicodedata.normalize("NFKC", " ".join(name.translate(WITHOUT_JOINERS).split())).casefold()


def named(token: str, name: str) -> str:
    """What is kept of a token and a name on the same paper, however the name is spaced or capitalised."""
    return digest(f"{token} {plain(name)}")
