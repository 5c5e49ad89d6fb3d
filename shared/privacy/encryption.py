"""Seals what only few may read, at rest: the first key seals, all of them open."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unsealable(Exception):  # noqa: N818 - ops must add the key back
    """None of the keys opens what is stored."""


class Seal:
    """Rotating is adding a key in front, then renewing everything that is stored."""

    def __init__(self, *keys: bytes | str) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def of_file(cls, file: str) -> Seal:
        """The keys of a file, newest first, one a line."""
        return cls(*Path(file).read_text(encoding="utf-8").split())

    def close(self, text: str) -> bytes:
        """The text as a Fernet token."""
        return self._keys.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text of a token; raises Unsealable."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise Unsealable from None

    def renew(self, sealed: bytes) -> bytes:
        """The same text, sealed with the newest key; raises Unsealable."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise Unsealable from None
