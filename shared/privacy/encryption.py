"""Encrypts fields that only few may read: the first key encrypts, all of them decrypt."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Undecryptable(Exception):  # noqa: N818 - ops must add the key back
    """None of the keys opens what is stored."""


class FieldCipher:
    """Rotating is adding a key in front, then renewing everything that is stored."""

    def __init__(self, *keys: bytes | str) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def of_file(cls, file: str) -> FieldCipher:
        """The keys of a file, newest first, one a line."""
        return cls(*Path(file).read_text(encoding="utf-8").split())

    def encrypt(self, text: str) -> bytes:
        """The text as a Fernet token."""
        return self._keys.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """The text of a token; raises Undecryptable."""
        try:
            return self._keys.decrypt(token).decode()
        except InvalidToken:
            raise Undecryptable from None

    def rotate(self, token: bytes) -> bytes:
        """The same text, encrypted with the newest key; raises Undecryptable."""
        try:
            return self._keys.rotate(token)
        except InvalidToken:
            raise Undecryptable from None
